import Database, { type Bound } from 'better-sqlite3'
import { customerColumns, lineColumns, orderColumns } from './columns.ts'
import { nested } from './graph.ts'
import { pragmas, type Customer, type Line, type OpenPeer, type Order } from './storage-peer.ts'

/** The driver alone: statements prepared once, rows as arrays that literals are made of, which is faster than rows as objects. */
export const betterSqlite3: OpenPeer = (database) => {
  if (database.kind !== 'sqlite') throw new Error(`Opened ${database.kind} with better-sqlite3: it opens SQLite only`)
  const sqlite = new Database(database.file)
  for (const pragma of pragmas) sqlite.exec(`pragma ${pragma}`)
  const [customers, orders, lines] = [customerColumns, orderColumns, lineColumns].map((columns) => Object.values(columns).join(', '))
  const all = 'in (select value from json_each(?))'
  const read = (sql: string) => sqlite.prepare(sql).raw()
  const statements = {
    get: read(`select ${customers} from customers where cust_no = ?`),
    rows: read(`select ${customers} from customers order by cust_no`),
    page: read(`select ${customers} from customers where country_code = ? and is_active = 1 and created_at >= ? order by created_at, cust_no limit ?`),
    customers: read(`select ${customers} from customers where cust_no ${all} order by cust_no`),
    orders: read(`select ${orders} from orders where cust_no ${all} order by order_no`),
    lines: read(`select ${lines} from order_lines where order_no ${all} order by line_no`),
    insert: sqlite.prepare(`insert into customers (${customers}) values (?, ?, ?, ?, ?, ?, ?)`),
    update: sqlite.prepare('update customers set cust_name = ?, e_mail = ?, country_code = ?, is_active = ?, credit_limit = ?, created_at = ? where cust_no = ?'),
    begin: sqlite.prepare('begin immediate'),
    commit: sqlite.prepare('commit'),
  }
  return Promise.resolve({
    get: async (id) => {
      const row = statements.get.get([id])
      return row && customerOf(row)
    },
    rows: async () => statements.rows.all([]).map(customerOf),
    graph: async (ids) => {
      const found = statements.customers.all([JSON.stringify(ids)]).map(customerOf)
      const ordered = statements.orders.all([JSON.stringify(found.map(({ id }) => id))]).map(orderOf)
      return nested(found, ordered, statements.lines.all([JSON.stringify(ordered.map(({ id }) => id))]).map(lineOf))
    },
    commit: async ({ created, changed }) => {
      statements.begin.run([])
      for (const { id, name, email, country, active, credit, created: at } of created) statements.insert.run([id, name, email, country, Number(active), credit, at])
      for (const { id, name, email, country, active, credit, created: at } of changed) statements.update.run([name, email, country, Number(active), credit, at, id])
      statements.commit.run([])
    },
    page: async ({ country, createdFrom, limit }) => statements.page.all([country, createdFrom, limit]).map(customerOf),
    close: async () => sqlite.close(),
  })
}

function customerOf(row: readonly Bound[]): Customer {
  const [id, name, email, country, active, credit, created] = row as [number, string, string | null, string, number, string, string]
  return { id, name, email, country, active: active === 1, credit, created }
}

function orderOf(row: readonly Bound[]): Order {
  const [id, customer, paid, total, placed] = row as [number, number, number, string, string]
  return { id, customer, paid: paid === 1, total, placed }
}

function lineOf(row: readonly Bound[]): Line {
  const [id, order, product, quantity, price, note] = row as [number, number, number, number, string, string | null]
  return { id, order, product, quantity, price, note }
}
