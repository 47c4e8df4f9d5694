import { Bus } from '@caruso/bus'
import type { Client } from '@caruso/contract'
import type { LoadedPlugin } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import modeler from '@caruso/modeler'
import { defineObject, Objects, objectsOf } from '@caruso/modeler/contract'
import storage from '@caruso/storage'
import { join } from 'node:path'
import { stderrLog } from '../../stderr-log.ts'
import { customerColumns, lineColumns, orderColumns, productColumns } from './columns.ts'
import { poolSize, type Customer, type CustomerOfGraph, type OpenPeer, type ShopDatabase } from './storage-peer.ts'

const Product = defineObject({ class: 'Product', key: 'id', attributes: { id: 'number', name: { type: 'text', required: true }, price: { type: 'decimal', required: true } } })
const Customer = defineObject({
  class: 'Customer',
  key: 'id',
  attributes: { id: 'number', name: { type: 'text', required: true }, email: 'e-mail', country: { type: 'text', required: true }, active: { type: 'yes-no', required: true }, credit: { type: 'decimal', required: true }, created: { type: 'instant', required: true } },
  relations: { orders: { many: 'Order', by: 'customer' } },
})
const Order = defineObject({
  class: 'Order',
  key: 'id',
  attributes: { id: 'number', customer: { type: 'reference', to: 'Customer', required: true }, paid: { type: 'yes-no', required: true }, total: { type: 'decimal', required: true }, placed: { type: 'instant', required: true } },
  relations: { lines: { many: 'Line', by: 'order' } },
})
const Line = defineObject({
  class: 'Line',
  key: 'id',
  attributes: { id: 'number', order: { type: 'reference', to: 'Order', required: true }, product: { type: 'reference', to: 'Product', required: true }, quantity: { type: 'number', required: true }, price: { type: 'decimal', required: true }, note: 'text' },
})

const RememberedCustomer = defineObject({ ...Customer, history: true })

const classesWith = (customer: typeof Customer) => [
  { definition: Product, mapping: { class: 'Product', table: 'products', columns: productColumns } },
  { definition: customer, mapping: { class: 'Customer', table: 'customers', columns: customerColumns } },
  { definition: Order, mapping: { class: 'Order', table: 'orders', columns: orderColumns } },
  { definition: Line, mapping: { class: 'Line', table: 'order_lines', columns: lineColumns } },
]

const most = 10_000
/** Of each class one, with a condition that holds for everything that is measured and has to be asked all the same. */
const policies = join(import.meta.dirname, 'policies')

/** Business objects by direct calls, as a component in the same process has them; each change is checked against what was seen. */
export const carusoPeer: OpenPeer = (database) => openPeer(database, Customer)

/** The same with a history of customers. */
export const carusoWithHistory: OpenPeer = (database) => openPeer(database, RememberedCustomer)

const openPeer = async (database: ShopDatabase, customer: typeof Customer): ReturnType<OpenPeer> => {
  const classes = classesWith(customer)
  const bus = new Bus('bench', 'storage')
  const host = new Host({ bus, log: stderrLog })
  const component = (name: string, entry: LoadedPlugin, config: object) => ({ component: name, plugin: name, version: '1.0.0', entry, isolation: 'inline', config, grants: [] })
  await host.startAll([
    component('storage', storage, { sources: { shop: sourceOf(database) } }),
    component('modeler', modeler, { model: 'no-such-folder', mapping: 'no-such-folder', policies, source: 'shop', declared: classes.map(({ definition }) => definition.class) }),
  ])
  const consumer = { component: 'bench', grants: ['objects.declare'] }
  const objects: Client<typeof Objects> = bus.client(Objects, consumer)
  const call = bus.call({ ...consumer, identity: 'bench', permissions: ['sales'], timeout: 3_600_000 })
  for (const { definition, mapping } of classes) await objects.declare({ definitions: [definition], mapping }, call)
  const customers = objectsOf(objects, customer)
  const rows = async (after?: string): Promise<readonly Customer[]> => {
    const { objects: found, next } = await customers.find({ limit: most, ...(after === undefined ? {} : { after }) }, call)
    return next === null ? found : [...found, ...(await rows(next))]
  }
  // Whoever changes an object has seen it; these are as they were last read or written.
  const seen = new Map((await rows()).map((customer) => [customer.id, customer]))
  return {
    get: async (id) => (await customers.get(id, call)) ?? undefined,
    rows: () => rows(),
    // A reference to a class by its name may hold keys of any kind.
    graph: async (ids) => (await customers.find({ where: { attribute: 'id', in: [...ids] }, with: { orders: { of: Order, with: { lines: { of: Line } } } } }, call)).objects as readonly CustomerOfGraph[],
    commit: async ({ created, changed }) => {
      const answer = await customers.commit([...created.map((customer) => customers.create(customer)), ...changed.map(({ id, ...set }) => customers.update({ ...seen.get(id), id }, set))], call)
      for (const customer of changed) seen.set(customer.id, customer)
      return answer
    },
    page: async ({ country, createdFrom, limit }) =>
      (await customers.find({ where: { and: [{ attribute: 'country', op: '==', value: country }, { attribute: 'active', op: '==', value: true }, { attribute: 'created', op: '>=', value: createdFrom }] }, order: [{ attribute: 'created' }], limit }, call)).objects,
    stream: () => customers.stream({}, call),
    close: async () => {
      await host.close()
      await bus.close()
    },
  }
}

function sourceOf(database: ShopDatabase): object {
  if (database.kind === 'sqlite') return database
  const { kind, host, port, user, password, database: name } = database
  return { kind, host, port, user, password, database: name, connections: poolSize }
}
