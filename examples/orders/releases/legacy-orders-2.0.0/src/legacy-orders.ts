import type { Call, Client } from '@caruso/contract'
import type { Objects } from '@caruso/modeler/contract'
import { amount, fractionText, lineTotal } from './amounts.ts'
import type { Customer, CustomerSummary, OpenOrder, Order, OrderSummary, TopCustomer } from './contract.ts'
import { LegacyError } from './errors.ts'
import { basisPointsOf, centsOf, dayOf, integerOf, partOf, textOf, type LegacyObject } from './legacy-values.ts'

/** More than this say nothing more of a customer. */
const mostWords = 10
const line = { fields: ['price', 'quantity', 'discount'] }

/** The legacy order system's customers and orders, as the model of the assembly names them, as clean values. */
export class LegacyOrders {
  readonly #objects: Client<typeof Objects>

  constructor(objects: Client<typeof Objects>) {
    this.#objects = objects
  }

  /** Fails when a class or a table that this reads is missing. */
  async check(call: Call): Promise<void> {
    for (const name of ['Customer', 'Order', 'OrderLine', 'Product', 'Shipper']) await this.#objects.find({ class: name, limit: 1, fields: [] }, call)
  }

  async search(text: string, limit: number, call: Call): Promise<CustomerSummary[]> {
    const words = text.match(/[\p{L}\p{M}\p{N}]+/gu)?.slice(0, mostWords)
    if (words === undefined) return []
    const where = { search: words.join(' '), attributes: ['id', 'company', 'contact', 'address.city'] }
    const { objects } = await this.#objects.find({ class: 'Customer', where, fields: ['company', 'contact', 'address'], order: [{ attribute: 'company' }, { attribute: 'id' }], limit }, call)
    return objects.map(customerSummary)
  }

  /** @throws LegacyError `CUSTOMER_UNKNOWN` */
  async customer(id: string, call: Call): Promise<Customer> {
    const { objects: [customer] } = await this.#objects.find({ class: 'Customer', where: { attribute: 'id', op: '==', value: id.trim() }, limit: 1 }, call)
    if (customer === undefined) throw new LegacyError('CUSTOMER_UNKNOWN', `Looked for customer "${id}" in the legacy database: there is none`)
    const { id: trimmed, company, contact } = customerSummary(customer)
    return { id: trimmed, company, contact, title: textOf(customer, 'title'), address: addressOf(customer, 'address'), phone: textOf(customer, 'phone') }
  }

  /** @throws LegacyError `CUSTOMER_UNKNOWN` */
  async ordersOf(customer: string, limit: number, call: Call): Promise<OrderSummary[]> {
    const { objects: orders } = await this.#objects.find({ class: 'Order', where: { attribute: 'customer', op: '==', value: customer.trim() }, fields: ['ordered', 'shipped', 'freight'], order: [{ attribute: 'id', desc: true }], limit, with: { lines: line } }, call)
    if (orders.length === 0) await this.customer(customer, call)
    return orders.map((order) => ({ id: integerOf(order, 'id'), ordered: dayOf(order, 'ordered'), shipped: dayOf(order, 'shipped'), total: amount(goodsOf(linesOf(order)) + centsOf(order, 'freight')) }))
  }

  /** @throws LegacyError `ORDER_UNKNOWN` */
  async order(id: number, call: Call): Promise<Order> {
    const { object: order } = await this.#objects.get({ class: 'Order', key: { id }, with: { shipper: { fields: ['company'] }, lines: { ...line, with: { product: { fields: ['name'] } } } } }, call)
    if (order === null) throw new LegacyError('ORDER_UNKNOWN', `Looked for order ${id} in the legacy database: there is none`)
    const [goods, freight] = [goodsOf(linesOf(order)), centsOf(order, 'freight')]
    return {
      id,
      customer: textOf(order, 'customer') ?? '?',
      ordered: dayOf(order, 'ordered'),
      due: dayOf(order, 'due'),
      shipped: dayOf(order, 'shipped'),
      shipper: textOf(partOf(order, 'shipper'), 'company'),
      shipTo: { name: textOf(order, 'shipName'), ...addressOf(order, 'shipTo') },
      lines: linesOf(order).map(orderLine),
      goods: amount(goods),
      freight: amount(freight),
      total: amount(goods + freight),
    }
  }

  async openOrders(limit: number, call: Call): Promise<OpenOrder[]> {
    const { objects } = await this.#objects.find({ class: 'Order', where: { attribute: 'shipped', isNull: true }, fields: ['ordered', 'due'], order: [{ attribute: 'id' }], limit, with: { customer: { fields: ['company'] } } }, call)
    return objects.map((order) => {
      const { id: customer, company } = identity(partOf(order, 'customer'))
      return { id: integerOf(order, 'id'), customer, company, ordered: dayOf(order, 'ordered'), due: dayOf(order, 'due') }
    })
  }

  /** Totals stand nowhere in the legacy system, and each line is rounded to cents, so all lines are added up here. */
  async topCustomers(limit: number, call: Call): Promise<TopCustomer[]> {
    const sums = new Map<string, { goods: bigint; readonly orders: Set<number> }>()
    for await (const { objects } of this.#objects.stream({ class: 'OrderLine', ...line, with: { order: { fields: ['customer'] } } }, call)) {
      for (const one of objects) {
        const order = partOf(one, 'order')
        const customer = textOf(order, 'customer')
        if (customer === null) continue
        const sum = sums.get(customer) ?? { goods: 0n, orders: new Set() }
        sum.goods += lineCents(one)
        sums.set(customer, { ...sum, orders: sum.orders.add(integerOf(order, 'id')) })
      }
    }
    const top = [...sums].toSorted(([a, { goods: most }], [b, { goods: other }]) => (most === other ? (a < b ? -1 : 1) : most > other ? -1 : 1)).slice(0, limit)
    const { objects } = await this.#objects.find({ class: 'Customer', where: { attribute: 'id', in: top.map(([id]) => id) }, fields: ['company'] }, call)
    const companies = new Map(objects.map((customer) => [textOf(customer, 'id'), identity(customer).company]))
    return top.map(([id, { orders, goods }]) => ({ id, company: companies.get(id) ?? id, orders: orders.size, goods: amount(goods) }))
  }
}

function identity(customer: LegacyObject): { readonly id: string; readonly company: string } {
  const id = textOf(customer, 'id') ?? '?'
  return { id, company: textOf(customer, 'company') ?? id }
}

function customerSummary(customer: LegacyObject): CustomerSummary {
  const { city, country } = addressOf(customer, 'address')
  return { ...identity(customer), contact: textOf(customer, 'contact'), city, country }
}

function addressOf(object: LegacyObject, name: string): Customer['address'] {
  const address = partOf(object, name)
  return { street: textOf(address, 'street'), city: textOf(address, 'city'), region: textOf(address, 'region'), postalCode: textOf(address, 'postalCode'), country: textOf(address, 'country') }
}

function linesOf(order: LegacyObject): LegacyObject[] {
  return Array.isArray(order['lines']) ? order['lines'] : []
}

function orderLine(one: LegacyObject): Order['lines'][number] {
  const product = partOf(one, 'product')
  return {
    product: textOf(product, 'name') ?? `Product ${integerOf(product, 'id')}`,
    quantity: integerOf(one, 'quantity'),
    unitPrice: amount(centsOf(one, 'price')),
    discount: fractionText(basisPointsOf(one, 'discount')),
    total: amount(lineCents(one)),
  }
}

function goodsOf(lines: readonly LegacyObject[]): bigint {
  return lines.reduce((sum, one) => sum + lineCents(one), 0n)
}

function lineCents(one: LegacyObject): bigint {
  return lineTotal(centsOf(one, 'price'), BigInt(integerOf(one, 'quantity')), basisPointsOf(one, 'discount'))
}
