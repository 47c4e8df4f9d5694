import { compare } from '@caruso/contract'
import Database from 'better-sqlite3'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases, makeFolder, northwindMissing, readAll, removeFolder, temporaryFolder } from './databases.ts'
import { contractOf, failure, loadRelease, runWrapper, versions } from './wrapper.ts'
import type { Wrapper } from './wrapper.ts'

const folder = makeFolder()
const files: { generated: string; northwind: string } = { generated: '', northwind: '' }
beforeAll(async () => {
  files.generated = await databases.generated(folder)
  if (northwindMissing === undefined) files.northwind = await databases.northwind(folder)
})
afterAll(() => removeFolder(folder))

const runs = versions.flatMap((version) => (['direct', 'process'] as const).map((transport) => ({ ...version, transport })))

describe.each(runs)('legacy-orders $version over $transport', (version) => {
  const running: { wrapper?: Wrapper } = {}
  const wrapper = (): Wrapper => {
    if (running.wrapper === undefined) throw new TypeError('Used the wrapper: it does not run')
    return running.wrapper
  }

  describe('with the generated database', () => {
    beforeAll(async () => {
      running.wrapper = await runWrapper(version, version.transport, files.generated)
    })
    afterAll(() => running.wrapper?.close())

    test('tells of a customer', async () => {
      const { orders, call } = wrapper()
      expect(await orders.customer({ id: 'ALFKI' }, call())).toEqual({
        id: 'ALFKI',
        company: 'Alfa Kiosk AS',
        contact: 'Ingrid Bjørnstad',
        title: 'Owner',
        address: { street: 'Storgata 7', city: 'Ålesund', region: null, postalCode: '6002', country: 'Norway' },
        phone: 'tlf. 70 12 34 56',
        fax: null,
      })
    })

    test.each([
      ['alfa KIOSK', ['ALFKI']],
      ['ålesund', ['ALFKI']],
      ['ÅLESUND', ['ALFKI']],
      ['alfki', ['ALFKI']],
      ['100%', []],
      ['_LFKI', []],
      ['\\', []],
    ])('searches for %j', async (text, found) => {
      const { orders, call } = wrapper()
      const { customers } = await orders.search({ text, limit: 200 }, call())
      const ids = customers.map(({ id }) => id)
      if (found.length === 0) expect(ids).toEqual([])
      else expect(ids).toEqual(expect.arrayContaining(found))
    })

    test('finds every customer by the words of the name, in whatever script', async () => {
      const { orders, call } = wrapper()
      for (const [id, company] of readAll(files.generated, 'select CustomerID, CompanyName from Customers')) {
        const { customers } = await orders.search({ text: String(company).toLowerCase(), limit: 200 }, call())
        expect(customers.map((customer) => customer.id)).toContain(id)
      }
    })

    test('tells of orders, the newest first, with days in one form', async () => {
      const { orders, call } = wrapper()
      const { orders: found } = await orders.ordersOf({ customer: 'ALFKI', limit: 200 }, call())
      const ids = readAll(files.generated, "select OrderID from Orders where CustomerID = 'ALFKI' order by OrderID desc").map(([id]) => id)
      expect(found.map(({ id }) => id)).toEqual(ids)
      const days = found.map(({ ordered }) => String(ordered))
      expect(days).toEqual(days.toSorted((a, b) => b.localeCompare(a)))
      expect(found.at(-1)).toMatchObject({ id: 10248, ordered: '2022-01-03' })
      const { orders: newest } = await orders.ordersOf({ customer: 'ALFKI', limit: 3 }, call())
      expect(newest).toEqual(found.slice(0, 3))
    })

    test('knows a customer without orders from one that there is not', async () => {
      const { orders, call } = wrapper()
      const [[idle] = []] = readAll(files.generated, 'select CustomerID from Customers where CustomerID not in (select CustomerID from Orders)')
      expect(await orders.ordersOf({ customer: String(idle) }, call())).toEqual({ orders: [] })
      expect(await failure(orders.ordersOf({ customer: 'NOONE' }, call()))).toBe('CUSTOMER_UNKNOWN: Looked for customer "NOONE" in the legacy database: there is none')
      expect(await failure(orders.customer({ id: 'NOONE' }, call()))).toBe('CUSTOMER_UNKNOWN: Looked for customer "NOONE" in the legacy database: there is none')
      expect(await failure(orders.order({ id: 1 }, call()))).toBe('ORDER_UNKNOWN: Looked for order 1 in the legacy database: there is none')
    })

    test('adds up to the cent', () => addsUp(wrapper(), files.generated))
  })

  describe.skipIf(northwindMissing !== undefined)(`with Northwind${northwindMissing === undefined ? '' : ` (${northwindMissing})`}`, () => {
    beforeAll(async () => {
      running.wrapper = await runWrapper(version, version.transport, files.northwind)
    })
    afterAll(() => running.wrapper?.close())

    test('tells of an order', async () => {
      const { orders, call } = wrapper()
      expect(await orders.order({ id: 10248 }, call())).toMatchObject({
        id: 10248,
        customer: 'VINET',
        ordered: '1996-07-04',
        due: '1996-08-01',
        shipper: 'Federal Shipping',
        shipTo: { name: 'Vins et alcools Chevalier', street: '59 rue de l-Abbaye', city: 'Reims', region: null, postalCode: '51100', country: 'France' },
        lines: [
          { product: 'Queso Cabrales', quantity: 12, unitPrice: '14.00', discount: '0', total: '168.00' },
          { product: 'Singaporean Hokkien Fried Mee', quantity: 10, unitPrice: '9.80', discount: '0', total: '98.00' },
          { product: 'Mozzarella di Giovanni', quantity: 5, unitPrice: '34.80', discount: '0', total: '174.00' },
        ],
        goods: '440.00',
        freight: '32.38',
        total: '472.38',
      })
    })

    test('drops the blanks of padded ids', async () => {
      const { orders, call } = wrapper()
      expect(await orders.customer({ id: 'Val2' }, call())).toMatchObject({ id: 'Val2', company: 'IT', address: { street: null, country: null } })
      expect(await orders.ordersOf({ customer: 'Val2' }, call())).toEqual({ orders: [] })
    })

    test('finds customers', async () => {
      const { orders, call } = wrapper()
      expect((await orders.search({ text: 'SNABBKÖP' }, call())).customers).toMatchObject([{ id: 'BERGS' }])
      const { customers } = await orders.search({ text: 'münchen' }, call())
      expect(customers).toEqual([{ id: 'FRANK', company: 'Frankenversand', contact: 'Peter Franken', city: 'München', country: 'Germany' }])
    })

    test('adds up to the cent', () => addsUp(wrapper(), files.northwind))
  })
})

describe('legacy-orders 1.1.0', () => {
  test('adds when an order left, and which have not', async () => {
    const version = versions.find((one) => one.version === '1.1.0')!
    const { orders, call, close } = await runWrapper(version, 'direct', files.generated)
    try {
      expect(await orders.order({ id: 10248 }, call())).toMatchObject({ ordered: '2022-01-03', shipped: '2022-01-11' })
      const open = readAll(files.generated, 'select OrderID, CustomerID from Orders where ShippedDate is null order by OrderID')
      expect('openOrders' in orders).toBe(true)
      const { openOrders } = orders as typeof orders & { openOrders: (input: { limit: number }, call: unknown) => Promise<{ orders: readonly { id: number; customer: string }[] }> }
      const found = await openOrders({ limit: 200 }, call())
      expect(found.orders.map(({ id, customer }) => [id, customer])).toEqual(open)
      for (const { id } of found.orders.slice(0, 5)) expect(await orders.order({ id }, call())).toMatchObject({ shipped: null })
    } finally {
      await close()
    }
  })

  test('keeps what 1.0.0 promised; 2.0.0 does not', async () => {
    const [first, second] = versions.map(({ plugin }) => contractOf(plugin))
    expect(compare(first!, second!)).toMatchObject({ breaks: [] })
    const third = contractOf(await loadRelease('2.0.0'))
    const paths = compare(first!, third).breaks.map(({ path, code }) => `${path} ${code}`)
    expect(paths).toEqual(expect.arrayContaining([expect.stringMatching(/^operations\.search /), expect.stringMatching(/^operations\.customer\.output\.fax /), expect.stringMatching(/^operations\.order\.output\.total /)]))
  })
})

describe('legacy-orders', () => {
  test('does not start over a database without the legacy tables', async () => {
    const file = join(temporaryFolder(), 'other.db')
    new Database(file).exec('create table Customers (CustomerID text)').close()
    const error = await failure(runWrapper(versions[0]!, 'direct', file).then(({ close }) => close()))
    expect(error).toMatch(/^SELF_TEST_FAILED: Tested component "legacy-orders" before it is used: Used class "Customer": attribute "company": Looked up column "CompanyName" of table "Customers" in data source "legacy": there is none/)
  })
})

/** Checks every customer's sum, and the lines of some orders, against decimals computed here in another way. */
async function addsUp({ orders, call }: Wrapper, file: string): Promise<void> {
  const rows = readAll(file, 'select o.CustomerID, o.OrderID, d.UnitPrice, d.Quantity, d.Discount from Orders o join "Order Details" d using (OrderID) order by 2, d.ProductID')
  const byOrder = Map.groupBy(rows, ([, order]) => Number(order))
  const cents = (lines: readonly unknown[][]): bigint => lines.reduce((sum, [, , price, quantity, discount]) => sum + lineOf(Number(price), Number(quantity), Number(discount)), 0n)
  for (const id of [...byOrder.keys()].filter((_, index) => index % 40 === 0)) {
    const order = await orders.order({ id }, call())
    expect(order.lines.map(({ total }) => total)).toEqual(byOrder.get(id)?.map((row) => text(cents([row]))))
    expect([order.id, order.goods]).toEqual([id, text(cents(byOrder.get(id) ?? []))])
  }
  const expected = [...Map.groupBy(rows, ([customer]) => String(customer))].map(([id, lines]) => ({ id, orders: new Set(lines.map(([, order]) => order)).size, goods: text(cents(lines)) }))
  const { customers } = await orders.topCustomers({ limit: 200 }, call())
  expect(customers.map(({ id, orders: count, goods }) => ({ id, orders: count, goods }))).toEqual(expected.toSorted((a, b) => Number(b.goods) - Number(a.goods) || (a.id < b.id ? -1 : 1)))
}

/** By the decimals as they are written: price in cents, discount in percent, half a cent up. */
function lineOf(price: number, quantity: number, discount: number): bigint {
  const exact = BigInt(price.toFixed(2).replace('.', '')) * BigInt(quantity) * (100n - BigInt(discount.toFixed(2).replace('.', '')))
  return exact / 100n + (exact % 100n >= 50n ? 1n : 0n)
}

function text(cents: bigint): string {
  return `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`
}
