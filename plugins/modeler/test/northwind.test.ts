import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../test/failures.ts'
import { northwind } from '../../../test/test-data.ts'
import { openModel, runSql, type Opened } from './harness.ts'

const script = northwind()
const folder = join(import.meta.dirname, 'northwind')
const files = Object.fromEntries(globSync('**/*.yaml', { cwd: folder }).map((path) => [path, readFileSync(join(folder, path), 'utf8')]))

describe.skipIf('missing' in script)(`Northwind, mapped by hand${'missing' in script ? ` (${script.missing})` : ''}`, () => {
  const made = mkdtempSync(join(tmpdir(), 'caruso-northwind-'))
  const file = join(made, 'northwind.db')
  beforeAll(() => runSql(file, 'sql' in script ? script.sql : ''))
  afterAll(() => rmSync(made, { recursive: true }))
  const opened = (): Promise<Opened> => openModel({ copyOf: file }, files)

  test('is read as it is: all rows of all classes', async () => {
    const { objects, call, health } = await opened()
    expect(await health()).toEqual({ ok: true, detail: '12 classes' })
    const { classes } = await objects.classes({}, call())
    const counts: Record<string, number> = {}
    for (const { name } of classes) {
      counts[name] = 0
      for await (const batch of objects.stream({ class: name }, call())) counts[name] += batch.objects.length
      expect(await objects.count({ class: name }, call())).toEqual({ count: counts[name] })
    }
    expect(counts).toMatchObject({ Customer: 93, Order: 830, OrderLine: 2155, OrderSubtotal: 830, Employee: 9, Territory: 53, CustomerDemographic: 0 })
  })

  test('a table whose name has a space and whose key is two references', async () => {
    const { objects, call, statements } = await opened()
    const key = { order: 10248, product: 42 }
    expect((await objects.get({ class: 'OrderLine', key }, call())).object).toEqual({ ...key, price: '9.8', quantity: 10, discount: '0' })
    statements()
    const { objects: orders } = await objects.find({ class: 'Order', where: { attribute: 'customer.address.city', op: '==', value: 'Reims' }, order: [{ attribute: 'ordered' }], limit: 1, fields: ['ordered'], with: { customer: { fields: ['company'] }, lines: { fields: ['quantity'], with: { product: { fields: ['name', 'discontinued'], with: { category: { fields: ['name'] } } } } } } }, call())
    expect(orders).toEqual([
      {
        id: 10248,
        ordered: '1996-07-04',
        customer: { id: 'VINET', company: 'Vins et alcools Chevalier' },
        lines: [
          { order: 10248, product: { id: 11, name: 'Queso Cabrales', discontinued: false, category: { id: 4, name: expect.any(String) } }, quantity: 12 },
          { order: 10248, product: { id: 42, name: 'Singaporean Hokkien Fried Mee', discontinued: true, category: { id: 5, name: expect.any(String) } }, quantity: 10 },
          { order: 10248, product: { id: 72, name: 'Mozzarella di Giovanni', discontinued: false, category: { id: 4, name: expect.any(String) } }, quantity: 5 },
        ],
      },
    ])
    expect(statements()).toBe(5)
    expect((await objects.find({ class: 'Order', where: { attribute: 'ordered', op: '<', value: '1996-07-06' } }, call())).objects.map(({ id }) => id)).toEqual([10248, 10249])
  })

  test('a class over a table and a view beside it', async () => {
    const mapping = files['mapping/order.yaml'] ?? ''
    const { objects, call } = await openModel({ copyOf: file }, { ...files, 'mapping/order.yaml': mapping.replace('columns:\n', 'tables: { sum: { table: Order Subtotals, key: OrderID, readonly: true } }\ncolumns:\n  subtotal: sum.Subtotal\n'), 'model/subtotal.yaml': 'extend: Order\nattributes: { subtotal: decimal }\ncomputed: { total: subtotal + freight }\n' })
    const { objects: found } = await objects.find({ class: 'Order', where: 'subtotal > 7000 && customer.address.country == "Austria"', fields: ['subtotal', 'freight', 'total'], order: [{ attribute: 'total', desc: true }] }, call())
    expect(found.map(({ id, subtotal, freight, total }) => [id, subtotal, freight, total])).toEqual([[10514, '8623.45', '789.95', '9413.4'], [10353, '8593.28', '360.63', '8953.91']])
    expect((await objects.aggregate({ class: 'Order', figures: { n: { fn: 'count', attribute: 'subtotal' }, orders: { fn: 'count' } } }, call())).groups).toEqual([{ n: 830, orders: 830 }])
    const seen = (await objects.get({ class: 'Order', key: { id: 10248 } }, call())).object ?? {}
    await objects.commit({ changes: [{ update: 'Order', key: { id: 10248 }, set: { freight: '33' }, seen }] }, call())
    expect((await errorFrom(objects.commit({ changes: [{ update: 'Order', key: { id: 10248 }, set: { subtotal: '1' }, seen }] }, call()))).code).toBe('OBJECT_INVALID')
  })

  test('a class that refers to itself, and links between many and many', async () => {
    const { objects, call } = await opened()
    const { objects: found } = await objects.find({ class: 'Employee', where: { attribute: 'boss.boss', isNull: true }, fields: ['lastName'], order: [{ attribute: 'boss.lastName' }, { attribute: 'lastName' }], with: { staff: { fields: ['lastName'] } } }, call())
    expect(found.slice(0, 2)).toEqual([
      { id: 2, lastName: 'Fuller', staff: [1, 3, 4, 5, 8].map((id) => expect.objectContaining({ id })) },
      { id: 5, lastName: 'Buchanan', staff: [6, 7, 9].map((id) => expect.objectContaining({ id })) },
    ])
    const { object } = await objects.get({ class: 'Employee', key: { id: 1 }, fields: [], with: { territories: { with: { region: {} } } } }, call())
    expect(object?.['territories']).toEqual([{ id: '06897', name: expect.stringContaining('Wilton'), region: { id: 1, name: 'Eastern' } }, { id: '19713', name: expect.stringContaining('Neward'), region: { id: 1, name: 'Eastern' } }])
  })

  test('a view can be read only', async () => {
    const { objects, call } = await opened()
    expect((await objects.find({ class: 'OrderSubtotal', where: { attribute: 'order', op: '==', value: 10249 }, with: { order: { fields: ['freight'] } } }, call())).objects).toEqual([{ order: { id: 10249, freight: '11.61' }, subtotal: '1863.4' }])
    const error = await errorFrom(objects.commit({ changes: [{ create: 'OrderSubtotal', values: { order: 1, subtotal: '1' } }] }, call()))
    expect([error.code, error.message]).toEqual(['CLASS_READONLY', 'Changed an object of class "OrderSubtotal": it can only be read, for its mapping says so'])
    expect(await codeFrom(objects.get({ class: 'OrderSubtotal', key: {} }, call()))).toBe('CLASS_READONLY')
  })

  test('figures of groups', async () => {
    const { objects, call } = await opened()
    const { groups } = await objects.aggregate({ class: 'OrderLine', group: ['product.category.name'], figures: { lines: { fn: 'count' }, sold: { fn: 'sum', attribute: 'quantity' } }, order: [{ by: 'sold', desc: true }], limit: 2 }, call())
    expect(groups).toEqual([{ 'product.category.name': 'Beverages', lines: 404, sold: '9532' }, { 'product.category.name': expect.any(String), lines: expect.any(Number), sold: expect.any(String) }])
  })

  test('is written as it is, and the application that it belongs to reads the same', async () => {
    const { objects, call, storage } = await opened()
    const { results } = await objects.commit(
      {
        changes: [
          { create: 'Order', values: { customer: 'ALFKI', employee: 1, ordered: '2026-11-24', freight: '12.5', shipTo: { city: 'Berlin', country: 'Germany' } } },
          { create: 'OrderLine', values: { order: { keyOf: 0 }, product: 1, price: '18', quantity: 3 } },
          { create: 'OrderLine', values: { order: { keyOf: 0 }, product: 2, price: '19.5', discount: '0.05' } },
        ],
      },
      call(),
    )
    const id = results[0]?.key?.['id']
    expect(results.slice(1)).toEqual([{ key: { order: id, product: 1 } }, { key: { order: id, product: 2 } }])
    const raw = await storage.sql({ source: 'crm', sql: `select OrderDate, Freight, ShipCity, ShipRegion, Quantity, Discount, UnitPrice from Orders join "Order Details" using (OrderID) where OrderID = ? order by ProductID`, values: [Number(id)] }, call())
    expect(raw.rows).toEqual([
      { OrderDate: '2026-11-24 00:00:00.000', Freight: 12.5, ShipCity: 'Berlin', ShipRegion: null, Quantity: 3, Discount: 0, UnitPrice: 18 },
      { OrderDate: '2026-11-24 00:00:00.000', Freight: 12.5, ShipCity: 'Berlin', ShipRegion: null, Quantity: 1, Discount: 0.05, UnitPrice: 19.5 },
    ])
    const key = { order: Number(id), product: 2 }
    const seen = (await objects.get({ class: 'OrderLine', key }, call())).object ?? {}
    await objects.commit({ changes: [{ update: 'OrderLine', key, set: { quantity: 7 }, seen }] }, call())
    expect((await errorFrom(objects.commit({ changes: [{ remove: 'OrderLine', key, seen }] }, call()))).details).toMatchObject({ collided: [{ attribute: 'quantity', seen: 1, now: 7 }] })
    await objects.commit({ changes: [{ remove: 'OrderLine', key, seen: { ...seen, quantity: 7 } }] }, call())
    expect((await objects.get({ class: 'OrderLine', key }, call())).object).toBeNull()
    const product = (await objects.get({ class: 'Product', key: { id: 1 } }, call())).object ?? {}
    await objects.commit({ changes: [{ update: 'Product', key: { id: 1 }, set: { discontinued: true, price: { amount: '18.25', currency: 'USD' } }, seen: product }] }, call())
    expect((await objects.get({ class: 'Product', key: { id: 1 } }, call())).object).toEqual({ ...product, discontinued: true, price: { amount: '18.25', currency: 'USD' } })
    expect(await codeFrom(objects.commit({ changes: [{ update: 'Product', key: { id: 1 }, set: { price: { amount: '-1', currency: 'USD' } }, seen: product }] }, call()))).toBe('OBJECT_INVALID')
  })
})
