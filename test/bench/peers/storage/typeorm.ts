import { DataSource, EntitySchema, In, MoreThanOrEqual } from 'typeorm'
import { chunks, chunkSize } from './chunks.ts'
import { customerColumns, lineColumns, orderColumns } from './columns.ts'
import { readPlainValues } from './pg-values.ts'
import { poolSize, pragmas, type Customer, type Line, type OpenPeer, type Order, type ShopDatabase } from './storage-peer.ts'

/** TypeORM: entity schemas, whose entities are plain objects; statements of its query builder for changes, as it advises for many. */
export const typeOrm: OpenPeer = async (database) => {
  const source = await new DataSource({ ...connectionOf(database), entities: [customers, orders, lines] }).initialize()
  const repository = source.getRepository(customers)
  const columns = Object.values(customerColumns).filter((column) => column !== 'cust_no')
  return {
    get: async (id) => (await repository.findOneBy({ id })) ?? undefined,
    rows: () => repository.find({ order: { id: 'asc' } }),
    graph: (ids) => repository.find({ where: { id: In(ids) }, relations: { orders: { lines: true } }, relationLoadStrategy: 'join', order: { id: 'asc', orders: { id: 'asc', lines: { id: 'asc' } } } }),
    commit: async ({ created, changed }) =>
      await source.transaction(async (manager) => {
        for (const rows of chunks(created, chunkSize(database))) await manager.createQueryBuilder().insert().into(customers).values(rows).updateEntity(false).execute()
        for (const rows of chunks(changed, chunkSize(database))) await manager.createQueryBuilder().insert().into(customers).values(rows).orUpdate(columns, ['cust_no']).updateEntity(false).execute()
      }),
    page: ({ country, createdFrom, limit }) => repository.find({ where: { country, active: true, created: MoreThanOrEqual(createdFrom) }, order: { created: 'asc', id: 'asc' }, take: limit }),
    close: () => source.destroy(),
  }
}

function connectionOf(database: ShopDatabase) {
  if (database.kind === 'sqlite') {
    const prepareDatabase = (connection: { pragma(text: string): unknown }): void => {
      for (const pragma of pragmas) connection.pragma(pragma)
    }
    return { type: 'better-sqlite3', database: database.file, prepareDatabase } as const
  }
  readPlainValues()
  const { kind: _, user: username, ...address } = database
  return { type: 'postgres', ...address, username, poolSize } as const
}

/** Its types take only arrays that can be written for relations to many. */
type Buyer = Customer & { readonly orders: Purchase[] }
type Purchase = Order & { readonly buyer: Buyer; readonly lines: Line[] }

type Plain<Columns extends object> = Record<keyof Columns, { readonly name: string; readonly type: 'integer' | 'text' | 'boolean'; readonly primary?: true; readonly nullable?: true }>

// Decimals and instants are texts to it: it would make a Date of an instant, and lose its microseconds.
const customers = new EntitySchema<Buyer>({
  name: 'customer',
  tableName: 'customers',
  columns: {
    id: { name: customerColumns.id, type: 'integer', primary: true },
    name: { name: customerColumns.name, type: 'text' },
    email: { name: customerColumns.email, type: 'text', nullable: true },
    country: { name: customerColumns.country, type: 'text' },
    active: { name: customerColumns.active, type: 'boolean' },
    credit: { name: customerColumns.credit, type: 'text' },
    created: { name: customerColumns.created, type: 'text' },
  } satisfies Plain<Customer>,
  relations: { orders: { type: 'one-to-many', target: 'order', inverseSide: 'buyer' } },
})

const orders = new EntitySchema<Purchase>({
  name: 'order',
  tableName: 'orders',
  columns: {
    id: { name: orderColumns.id, type: 'integer', primary: true },
    customer: { name: orderColumns.customer, type: 'integer' },
    paid: { name: orderColumns.paid, type: 'boolean' },
    total: { name: orderColumns.total, type: 'text' },
    placed: { name: orderColumns.placed, type: 'text' },
  } satisfies Plain<Order>,
  relations: {
    buyer: { type: 'many-to-one', target: 'customer', joinColumn: { name: orderColumns.customer } },
    lines: { type: 'one-to-many', target: 'line', inverseSide: 'parent' },
  },
})

const lines = new EntitySchema<Line & { readonly parent: Purchase }>({
  name: 'line',
  tableName: 'order_lines',
  columns: {
    id: { name: lineColumns.id, type: 'integer', primary: true },
    order: { name: lineColumns.order, type: 'integer' },
    product: { name: lineColumns.product, type: 'integer' },
    quantity: { name: lineColumns.quantity, type: 'integer' },
    price: { name: lineColumns.price, type: 'text' },
    note: { name: lineColumns.note, type: 'text', nullable: true },
  } satisfies Plain<Line>,
  relations: { parent: { type: 'many-to-one', target: 'order', joinColumn: { name: lineColumns.order } } },
})
