import type { Call, Client } from '@caruso/contract'
import type { Plan, Row, Storage } from '@caruso/storage/contract'
import { amountText, fractionText, lineTotal, lineTotalSql } from './amounts.ts'
import type { Customer, CustomerSummary, Order, OrderSummary, TopCustomer } from './contract.ts'
import { LegacyError } from './errors.ts'
import { basisPointsOf, centsOf, dayOf, integerOf, textOf } from './legacy-values.ts'

/** Ids stand in a column of five characters in some installations, padded with blanks. */
const idWidth = 5

/** The legacy order system's tables, which are Northwind's, as clean values. */
export class LegacyDatabase {
  readonly #storage: Client<typeof Storage>
  readonly #source: string

  constructor(storage: Client<typeof Storage>, source: string) {
    this.#storage = storage
    this.#source = source
  }

  /** Fails when a table that this reads is missing. */
  async check(call: Call): Promise<void> {
    for (const from of ['Customers', 'Orders', 'Order Details', 'Products', 'Shippers']) await this.#rows({ from, limit: 0 }, call)
  }

  async search(text: string, limit: number, call: Call): Promise<CustomerSummary[]> {
    const spellings = spellingsOf(text)
    const columns = ['CustomerID', 'CompanyName', 'ContactName', 'City']
    const conditions = columns.flatMap((column) => spellings.map(() => `${column} like ? escape '\\'`))
    const sql = `select CustomerID, CompanyName, ContactName, City, Country from Customers where ${conditions.join(' or ')} order by CompanyName, CustomerID limit ?`
    const { rows } = await this.#storage.sql({ source: this.#source, sql, values: [...columns.flatMap(() => spellings), limit] }, call)
    return rows.map(customerSummary)
  }

  /** @throws LegacyError `CUSTOMER_UNKNOWN` */
  async customer(id: string, call: Call): Promise<Customer> {
    const [row] = await this.#rows({ from: 'Customers', where: { column: 'CustomerID', in: [id, id.padEnd(idWidth)] }, limit: 1 }, call)
    if (row === undefined) throw new LegacyError('CUSTOMER_UNKNOWN', `Looked for customer "${id}" in the legacy database: there is none`)
    const { id: trimmed, company, contact } = customerSummary(row)
    return { id: trimmed, company, contact, title: textOf(row, 'ContactTitle'), address: address(row, ''), phone: textOf(row, 'Phone'), fax: textOf(row, 'Fax') }
  }

  /** @throws LegacyError `CUSTOMER_UNKNOWN` */
  async ordersOf(customer: string, limit: number, call: Call): Promise<OrderSummary[]> {
    const where = { column: 'CustomerID', in: [customer, customer.padEnd(idWidth)] }
    const orders = await this.#rows({ from: 'Orders', columns: ['OrderID', 'OrderDate', 'Freight'], where, order: [{ column: 'OrderID', desc: true }], limit }, call)
    if (orders.length === 0) await this.customer(customer, call)
    const lines = await this.#linesOf(orders.map((row) => integerOf(row, 'OrderID')), call)
    return orders.map((row) => {
      const id = integerOf(row, 'OrderID')
      return { id, ordered: dayOf(row, 'OrderDate'), total: amountText(goodsOf(lines.filter((line) => line['OrderID'] === id)) + centsOf(row, 'Freight')) }
    })
  }

  /** @throws LegacyError `ORDER_UNKNOWN` */
  async order(id: number, call: Call): Promise<Order> {
    const shipper = { table: 'Shippers', as: 's', kind: 'left', on: [{ left: { column: 'ShipVia', of: 'o' }, right: { column: 'ShipperID', of: 's' } }] } as const
    const names = ['OrderID', 'CustomerID', 'OrderDate', 'RequiredDate', 'Freight', 'ShipName', 'ShipAddress', 'ShipCity', 'ShipRegion', 'ShipPostalCode', 'ShipCountry']
    const columns = [...names.map((column) => ({ column, of: 'o' })), { column: 'CompanyName', of: 's', as: 'Shipper' }]
    const [row] = await this.#rows({ from: 'Orders', as: 'o', columns, joins: [shipper], where: { column: 'OrderID', of: 'o', op: '==', value: id } }, call)
    if (row === undefined) throw new LegacyError('ORDER_UNKNOWN', `Looked for order ${id} in the legacy database: there is none`)
    const lines = await this.#linesOf([id], call)
    const [goods, freight] = [goodsOf(lines), centsOf(row, 'Freight')]
    return {
      id,
      customer: textOf(row, 'CustomerID') ?? '?',
      ordered: dayOf(row, 'OrderDate'),
      due: dayOf(row, 'RequiredDate'),
      shipper: textOf(row, 'Shipper'),
      shipTo: { name: textOf(row, 'ShipName'), ...address(row, 'Ship') },
      lines: lines.map(orderLine),
      goods: amountText(goods),
      freight: amountText(freight),
      total: amountText(goods + freight),
    }
  }

  async topCustomers(limit: number, call: Call): Promise<TopCustomer[]> {
    const sql = `select c.CustomerID, c.CompanyName, count(distinct o.OrderID) as orders, sum(${lineTotalSql}) as goods
      from Customers c join Orders o on o.CustomerID = c.CustomerID join "Order Details" d on d.OrderID = o.OrderID
      group by c.CustomerID, c.CompanyName order by goods desc, c.CustomerID limit ?`
    const { rows } = await this.#storage.sql({ source: this.#source, sql, values: [limit] }, call)
    return rows.map((row) => ({ ...identity(row), orders: integerOf(row, 'orders'), goods: amountText(BigInt(integerOf(row, 'goods'))) }))
  }

  async #linesOf(orders: readonly number[], call: Call): Promise<Row[]> {
    const product = { table: 'Products', as: 'p', kind: 'left', on: [{ left: { column: 'ProductID', of: 'd' }, right: { column: 'ProductID', of: 'p' } }] } as const
    const columns = [...['OrderID', 'ProductID', 'UnitPrice', 'Quantity', 'Discount'].map((column) => ({ column, of: 'd' })), 'ProductName']
    const order = [{ column: 'OrderID', of: 'd' }, { column: 'ProductID', of: 'd' }]
    return await this.#rows({ from: 'Order Details', as: 'd', columns, joins: [product], where: { column: 'OrderID', of: 'd', in: [...orders] }, order }, call)
  }

  async #rows(plan: Omit<Plan, 'source'>, call: Call): Promise<Row[]> {
    const { rows } = await this.#storage.query({ source: this.#source, ...plan }, call)
    return [...rows]
  }
}

function identity(row: Row): { readonly id: string; readonly company: string } {
  const id = textOf(row, 'CustomerID') ?? '?'
  return { id, company: textOf(row, 'CompanyName') ?? id }
}

function customerSummary(row: Row): CustomerSummary {
  return { ...identity(row), contact: textOf(row, 'ContactName'), city: textOf(row, 'City'), country: textOf(row, 'Country') }
}

function address(row: Row, prefix: '' | 'Ship'): Customer['address'] {
  const [street, city, region, postalCode, country] = ['Address', 'City', 'Region', 'PostalCode', 'Country'].map((column) => textOf(row, prefix + column))
  return { street: street ?? null, city: city ?? null, region: region ?? null, postalCode: postalCode ?? null, country: country ?? null }
}

function orderLine(row: Row): Order['lines'][number] {
  return {
    product: textOf(row, 'ProductName') ?? `Product ${integerOf(row, 'ProductID')}`,
    quantity: integerOf(row, 'Quantity'),
    unitPrice: amountText(centsOf(row, 'UnitPrice')),
    discount: fractionText(basisPointsOf(row, 'Discount')),
    total: amountText(lineCents(row)),
  }
}

function goodsOf(lines: readonly Row[]): bigint {
  return lines.reduce((sum, row) => sum + lineCents(row), 0n)
}

function lineCents(row: Row): bigint {
  return lineTotal(centsOf(row, 'UnitPrice'), BigInt(integerOf(row, 'Quantity')), basisPointsOf(row, 'Discount'))
}

/** The database folds the case of English letters only, so a text is looked for in the ways a name may be written. */
function spellingsOf(text: string): string[] {
  const spellings = [text, text.toUpperCase(), text.toLowerCase().replace(/(^|[\s-])(\p{L})/gu, (match) => match.toUpperCase())]
  return [...new Set(spellings)].map((spelling) => `%${spelling.replace(/[\\%_]/g, '\\$&')}%`)
}
