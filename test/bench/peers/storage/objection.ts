import { Model, type QueryBuilder } from 'objection'
import { chunks, chunkSize } from './chunks.ts'
import { customerColumns, lineColumns, orderColumns } from './columns.ts'
import { openKnex } from './knex.ts'
import type { Customer, CustomerOfGraph, OpenPeer } from './storage-peer.ts'

/** Objection on the same Knex: models with column name mappers, graphs fetched by one statement a level. */
export const objectionPeer: OpenPeer = (database) => {
  const knex = openKnex(database)
  const Customers = customersOf(database.kind === 'sqlite').bindKnex(knex)
  const plain = <Found>(models: unknown): Found => models as Found
  return Promise.resolve({
    get: async (id) => plain<Customer | undefined>(await Customers.query().findById(id)),
    rows: async () => plain<Customer[]>(await Customers.query().orderBy('cust_no')),
    graph: async (ids) => plain<CustomerOfGraph[]>(await Customers.query().whereIn('cust_no', [...ids]).orderBy('cust_no').withGraphFetched('orders.lines')),
    commit: async ({ created, changed }) =>
      await knex.transaction(async (transaction) => {
        for (const rows of chunks(created, chunkSize(database))) {
          // Its documentation sends whoever inserts many rows into SQLite to Knex itself.
          if (database.kind === 'sqlite') await Customers.knexQuery().transacting(transaction).insert(rows.map((row) => Customers.fromJson(row).$toDatabaseJson()))
          else await Customers.query(transaction).insert(rows)
        }
        for (const rows of chunks(changed, chunkSize(database))) {
          if (database.kind === 'sqlite') await Customers.knexQuery().transacting(transaction).insert(rows.map((row) => Customers.fromJson(row).$toDatabaseJson())).onConflict('cust_no').merge()
          else await Customers.query(transaction).insert(rows).onConflict('cust_no').merge()
        }
      }),
    page: async ({ country, createdFrom, limit }) =>
      plain<Customer[]>(await Customers.query().where({ country_code: country, is_active: true }).where('created_at', '>=', createdFrom).orderBy(['created_at', 'cust_no']).limit(limit)),
    close: () => knex.destroy(),
  })
}

/** @param numeric whether the database keeps booleans as numbers */
function customersOf(numeric: boolean): typeof Model {
  class Lines extends Model {
    static override tableName = 'order_lines'
    static override idColumn = 'line_no'
    static override columnNameMappers = mappers(lineColumns)
  }
  class Orders extends Model {
    static override tableName = 'orders'
    static override idColumn = 'order_no'
    static override columnNameMappers = mappers(orderColumns, numeric ? 'paid' : undefined)
    static override relationMappings = {
      lines: { relation: Model.HasManyRelation, modelClass: Lines, join: { from: 'orders.order_no', to: 'order_lines.order_no' }, modify: (query: QueryBuilder<Model>) => void query.orderBy('line_no') },
    }
  }
  return class Customers extends Model {
    static override tableName = 'customers'
    static override idColumn = 'cust_no'
    static override columnNameMappers = mappers(customerColumns, numeric ? 'active' : undefined)
    static override relationMappings = {
      orders: { relation: Model.HasManyRelation, modelClass: Orders, join: { from: 'customers.cust_no', to: 'orders.cust_no' }, modify: (query: QueryBuilder<Model>) => void query.orderBy('order_no') },
    }
  }
}

function mappers(columns: Readonly<Record<string, string>>, numericBoolean?: string): { parse(row: object): object; format(model: object): object } {
  const attributes = Object.fromEntries(Object.entries(columns).map(([attribute, column]) => [column, attribute]))
  const renamed = (names: Readonly<Record<string, string>>, from: object): Record<string, unknown> => {
    const to: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(from)) to[names[name] ?? name] = value
    return to
  }
  return {
    parse: (row) => {
      const model = renamed(attributes, row)
      if (numericBoolean !== undefined && numericBoolean in model) model[numericBoolean] = model[numericBoolean] === 1
      return model
    },
    format: (model) => renamed(columns, model),
  }
}
