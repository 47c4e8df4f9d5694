import { defineEntity, p, Type, type MikroORM } from '@mikro-orm/core'
import { customerColumns, lineColumns, orderColumns } from './columns.ts'
import { instantOf } from './pg-values.ts'
import { poolSize, pragmas, type Customer, type CustomerOfGraph, type OpenPeer, type ShopDatabase } from './storage-peer.ts'

/** MikroORM: a fork for each piece of work, entities that are only read outside the identity map, changes by its batches. */
export const mikroOrm: OpenPeer = async (database) => {
  const { Customers, entities } = entitiesOf(database.kind)
  const orm = await open(database, entities)
  const plain = <Found>(found: unknown): Found => found as Found
  const outside = { disableIdentityMap: true } as const
  return {
    get: async (id) => plain<Customer | undefined>((await orm.em.fork().findOne(Customers, { id }, outside)) ?? undefined),
    rows: async () => plain<Customer[]>(await orm.em.fork().find(Customers, {}, { ...outside, orderBy: { id: 'asc' } })),
    graph: async (ids) =>
      plain<CustomerOfGraph[]>(await orm.em.fork().find(Customers, { id: { $in: [...ids] } }, { ...outside, populate: ['orders.lines'], strategy: 'select-in', orderBy: { id: 'asc', orders: { id: 'asc', lines: { id: 'asc' } } } })),
    commit: async ({ created, changed }) =>
      await orm.em.fork().transactional(async (em) => {
        await em.insertMany(Customers, [...created])
        await em.upsertMany(Customers, [...changed], outside)
      }),
    page: async ({ country, createdFrom, limit }) =>
      plain<Customer[]>(await orm.em.fork().find(Customers, { country, active: true, created: { $gte: createdFrom } }, { ...outside, orderBy: { created: 'asc', id: 'asc' }, limit })),
    close: () => orm.close(true),
  }
}

function entitiesOf(kind: ShopDatabase['kind']) {
  const key = () => (kind === 'pg' ? p.bigint('number') : p.integer())
  const instant = () => (kind === 'pg' ? p.type(PgInstant) : p.string())
  const Lines = defineEntity({
    name: 'Line',
    tableName: 'order_lines',
    properties: {
      id: key().primary().fieldName(lineColumns.id),
      order: () => p.manyToOne(Orders).mapToPk().fieldName(lineColumns.order),
      product: key().fieldName(lineColumns.product),
      quantity: p.integer().fieldName(lineColumns.quantity),
      price: p.string().fieldName(lineColumns.price),
      note: p.string().nullable().fieldName(lineColumns.note),
    },
  })
  const Orders = defineEntity({
    name: 'Order',
    tableName: 'orders',
    properties: {
      id: key().primary().fieldName(orderColumns.id),
      customer: () => p.manyToOne(Customers).mapToPk().fieldName(orderColumns.customer),
      paid: p.boolean().fieldName(orderColumns.paid),
      total: p.string().fieldName(orderColumns.total),
      placed: instant().fieldName(orderColumns.placed),
      lines: () => p.oneToMany(Lines).mappedBy('order'),
    },
  })
  const Customers = defineEntity({
    name: 'Customer',
    tableName: 'customers',
    properties: {
      id: key().primary().fieldName(customerColumns.id),
      name: p.string().fieldName(customerColumns.name),
      email: p.string().nullable().fieldName(customerColumns.email),
      country: p.string().fieldName(customerColumns.country),
      active: p.boolean().fieldName(customerColumns.active),
      credit: p.string().fieldName(customerColumns.credit),
      created: instant().fieldName(customerColumns.created),
      orders: () => p.oneToMany(Orders).mappedBy('customer'),
    },
  })
  return { Customers, entities: [Customers, Orders, Lines] }
}

/** Only its own process loads a driver. */
async function open(database: ShopDatabase, entities: ReturnType<typeof entitiesOf>['entities']): Promise<MikroORM> {
  if (database.kind === 'pg') {
    const { MikroORM } = await import('@mikro-orm/postgresql')
    const { host, port, user, password, database: dbName } = database
    return await MikroORM.init({ entities, host, port, user, password, dbName, pool: { min: 0, max: poolSize } })
  }
  const { MikroORM } = await import('@mikro-orm/sqlite')
  const orm = await MikroORM.init({ entities, dbName: database.file })
  for (const pragma of pragmas) await orm.em.execute(`pragma ${pragma}`)
  return orm
}

/** Its driver hands instants over as PostgreSQL writes them. */
class PgInstant extends Type<string, string> {
  override convertToJSValue(value: string): string {
    return instantOf(value)
  }

  override getColumnType(): string {
    return 'timestamptz'
  }

  override compareAsType(): string {
    return 'string'
  }
}
