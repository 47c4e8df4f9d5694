import knex, { type Knex } from 'knex'
import { chunks, chunkSize } from './chunks.ts'
import { customerColumns, lineColumns, orderColumns } from './columns.ts'
import { nested } from './graph.ts'
import { readPlainValues } from './pg-values.ts'
import { poolSize, pragmas, type Customer, type Line, type OpenPeer, type Order, type ShopDatabase } from './storage-peer.ts'

/** Knex with hand mapping: aliases name the attributes, only what a database has no type for is mapped row by row. */
export const knexPeer: OpenPeer = (database) => {
  const db = openKnex(database)
  const customers = () => db('customers').select(customerColumns)
  const plain = database.kind === 'sqlite' ? withBooleans : <Row>(rows: readonly Row[]) => rows
  return Promise.resolve({
    get: async (id) => plain<Customer>(await customers().where('cust_no', id), 'active')[0],
    rows: async () => plain<Customer>(await customers().orderBy('cust_no'), 'active'),
    graph: async (ids) => {
      const found = plain<Customer>(await customers().whereIn('cust_no', ids).orderBy('cust_no'), 'active')
      const ordered = plain<Order>(await db('orders').select(orderColumns).whereIn('cust_no', found.map(({ id }) => id)).orderBy('order_no'), 'paid')
      return nested(found, ordered, await db('order_lines').select<Line[]>(lineColumns).whereIn('order_no', ordered.map(({ id }) => id)).orderBy('line_no'))
    },
    commit: async ({ created, changed }) =>
      await db.transaction(async (transaction) => {
        for (const rows of chunks(created, chunkSize(database))) await transaction('customers').insert(rows.map(rowOf))
        for (const rows of chunks(changed, chunkSize(database))) await transaction('customers').insert(rows.map(rowOf)).onConflict('cust_no').merge()
      }),
    page: async ({ country, createdFrom, limit }) =>
      plain<Customer>(await customers().where({ country_code: country, is_active: true }).where('created_at', '>=', createdFrom).orderBy(['created_at', 'cust_no']).limit(limit), 'active'),
    close: () => db.destroy(),
  })
}

/** Knex on the shop, as a pool that is told the pragmas. */
export function openKnex(database: ShopDatabase): Knex {
  if (database.kind === 'pg') {
    readPlainValues()
    const { kind: _, ...connection } = database
    return knex({ client: 'pg', connection, pool: { min: 0, max: poolSize } })
  }
  const afterCreate = (connection: { pragma(text: string): unknown }, done: (error: null, connection: unknown) => void): void => {
    for (const pragma of pragmas) connection.pragma(pragma)
    done(null, connection)
  }
  return knex({ client: 'better-sqlite3', connection: { filename: database.file }, useNullAsDefault: true, pool: { min: 1, max: 1, afterCreate } })
}

function withBooleans<Row extends object>(rows: readonly Row[], attribute: keyof Row): readonly Row[] {
  for (const row of rows as Record<keyof Row, unknown>[]) row[attribute] = row[attribute] === 1
  return rows
}

function rowOf({ id, name, email, country, active, credit, created }: Customer): object {
  return { cust_no: id, cust_name: name, e_mail: email, country_code: country, is_active: active, credit_limit: credit, created_at: created }
}
