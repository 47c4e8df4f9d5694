import { Orders } from '@caruso-examples/legacy-orders/contract'
import type { Customer, Order, OrderSummary } from '@caruso-examples/legacy-orders/contract'
import { CarusoError } from '@caruso/contract'
import { double, testPlugin, transports } from '@caruso/testing'
import { describe, expect, test } from 'vitest'
import { Desk } from '../src/contract.ts'
import orderDesk from '../src/index.ts'

const address = { street: 'Storgata 7', city: 'Ålesund', region: null, postalCode: '6002', country: 'Norway' }
const alfa: Customer = { id: 'ALFKI', company: 'Alfa Kiosk AS', contact: null, title: null, address, phone: null, fax: null }
const summaries: OrderSummary[] = [{ id: 2, ordered: '2024-05-06', total: '12.50', shipped: null }, { id: 1, ordered: null, total: '1.00' }]
const order: Order = { id: 1, customer: 'ALFKI', ordered: null, due: null, shipper: null, shipTo: { name: null, ...address }, lines: [], goods: '0.00', freight: '1.00', total: '1.00' }

const orders = double(Orders, {
  search: ({ text, limit }) => ({ customers: text === 'alfa' && limit === undefined ? [{ id: 'ALFKI', company: 'Alfa Kiosk AS', contact: null, city: null, country: null }] : [] }),
  customer: () => alfa,
  ordersOf: ({ limit }) => ({ orders: summaries.slice(0, limit) }),
  order: () => order,
  topCustomers: ({ limit = 0 }) => ({ customers: [{ id: 'ALFKI', company: 'Alfa Kiosk AS', orders: limit, goods: '13.50' }] }),
})

describe.each(transports)('order-desk over %s', (transport) => {
  test('answers what the provider of orders knows', async () => {
    await using kit = await testPlugin(orderDesk, { transport, requires: { orders } })
    const { desk } = kit.clients
    expect(await desk.search({ text: 'alfa' }, kit.call())).toMatchObject({ customers: [{ id: 'ALFKI' }] })
    expect(await desk.customer({ id: 'ALFKI' }, kit.call())).toEqual({ ...alfa, newestOrders: summaries })
    expect(await desk.orders({ customer: 'ALFKI', limit: 1 }, kit.call())).toEqual({ orders: summaries.slice(0, 1) })
    expect(await desk.order({ id: 1 }, kit.call())).toEqual(order)
    expect(await desk.topCustomers({ limit: 3 }, kit.call())).toMatchObject({ customers: [{ orders: 3 }] })
  })

  test('fails as the provider fails', async () => {
    const failing = double(Orders, {
      customer: () => Promise.reject(new CarusoError('CUSTOMER_UNKNOWN', 'there is none')),
      ordersOf: () => ({ orders: [] }),
    })
    await using kit = await testPlugin(orderDesk, { transport, requires: { orders: failing } })
    await expect(kit.clients.desk.customer({ id: 'NOONE' }, kit.call())).rejects.toMatchObject({ code: 'CUSTOMER_UNKNOWN', message: 'there is none' })
  })
})

test('every question can be asked by an address', () => {
  for (const { public: isPublic, idempotent } of Object.values(Desk.operations)) expect([isPublic, idempotent]).toEqual([true, true])
})
