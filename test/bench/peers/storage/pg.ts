import pg from 'pg'
import { customerColumns, lineColumns, orderColumns, selected } from './columns.ts'
import { nested } from './graph.ts'
import { readPlainValues } from './pg-values.ts'
import { poolSize, type Customer, type Line, type OpenPeer, type Order } from './storage-peer.ts'

const pgTypes = { id: 'int8', name: 'text', email: 'text', country: 'text', active: 'bool', credit: 'numeric', created: 'timestamptz' } as const

/** The driver alone: named statements, which PostgreSQL plans once per connection; many rows go to it as arrays. */
export const pgDriver: OpenPeer = (database) => {
  if (database.kind !== 'pg') throw new Error(`Opened ${database.kind} with pg: it opens PostgreSQL only`)
  readPlainValues()
  const pool = new pg.Pool({ ...database, max: poolSize })
  const [customers, orders, lines] = [selected(customerColumns), selected(orderColumns), selected(lineColumns)]
  const query = async <Row extends object>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> => (await pool.query<Row>({ name, text, values: [...values] })).rows
  return Promise.resolve({
    get: async (id) => (await query<Customer>('get', `select ${customers} from customers where cust_no = $1`, [id]))[0],
    rows: () => query<Customer>('rows', `select ${customers} from customers order by cust_no`, []),
    graph: async (ids) => {
      const found = await query<Customer>('customers', `select ${customers} from customers where cust_no = any($1) order by cust_no`, [ids])
      const ordered = await query<Order>('orders', `select ${orders} from orders where cust_no = any($1) order by order_no`, [found.map(({ id }) => id)])
      return nested(found, ordered, await query<Line>('lines', `select ${lines} from order_lines where order_no = any($1) order by line_no`, [ordered.map(({ id }) => id)]))
    },
    commit: async ({ created, changed }) => {
      const client = await pool.connect()
      await client.query('begin')
      await client.query({ name: 'insert', text: insert, values: arraysOf(created) })
      await client.query({ name: 'update', text: update, values: arraysOf(changed) })
      await client.query('commit')
      client.release()
    },
    page: ({ country, createdFrom, limit }) =>
      query<Customer>('page', `select ${customers} from customers where country_code = $1 and is_active and created_at >= $2 order by created_at, cust_no limit $3`, [country, createdFrom, limit]),
    close: () => pool.end(),
  })
}

const columns = Object.values(customerColumns)
const given = `unnest(${Object.values(pgTypes).map((type, index) => `$${index + 1}::${type}[]`).join(', ')})`
const insert = `insert into customers (${columns.join(', ')}) select * from ${given}`
const update = `update customers set ${columns.slice(1).map((column) => `${column} = given.${column}`).join(', ')} from ${given} as given (${columns.join(', ')}) where customers.cust_no = given.cust_no`

function arraysOf(customers: readonly Customer[]): unknown[][] {
  return Object.keys(customerColumns).map((attribute) => customers.map((customer) => customer[attribute as keyof Customer]))
}
