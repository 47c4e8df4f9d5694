import { Random } from '../random.ts'
import type { Changes, Customer, CustomerOfGraph, Line, Order, OrderOfGraph, PageFilter, Product } from './peers/storage/storage-peer.ts'

export interface ShopSize {
  readonly customers: number
  readonly changes: number
}

/** What every database of the benchmark is filled with, and what every peer has to answer. */
export interface Shop {
  readonly customers: readonly Customer[]
  readonly orders: readonly Order[]
  readonly lines: readonly Line[]
  readonly products: readonly Product[]
}

const seed = 20_261_124
const products = 200
const ordersEach = 3
const linesEach = 3
const countries = ['de', 'no', 'nl', 'ca', 'eg'] as const
const first = Date.UTC(2020, 0, 1)
const span = 6 * 365 * 86_400_000

/** The same shop for the same size, on every machine. */
export function shopOf({ customers }: ShopSize): Shop {
  const random = new Random(seed)
  return {
    customers: Array.from({ length: customers }, (_, index) => customerOf(index + 1, random)),
    orders: Array.from({ length: customers * ordersEach }, (_, index) => ({ id: index + 1, customer: random.within(1, customers), paid: random.chance(0.5), total: amount(random), placed: instant(random) })),
    lines: Array.from({ length: customers * ordersEach * linesEach }, (_, index) => ({
      id: index + 1,
      order: random.within(1, customers * ordersEach),
      product: random.within(1, products),
      quantity: random.within(1, 9),
      price: amount(random),
      note: random.chance(0.25) ? `left at door ${random.within(1, 99)}` : null,
    })),
    products: Array.from({ length: products }, (_, index) => ({ id: index + 1, name: `Product ${index + 1}`, price: amount(random) })),
  }
}

/** Half of the changes are new customers, half are customers that are there; another round has other values. */
export function changesOf({ customers, changes }: ShopSize, round: number): Changes {
  const random = new Random(seed + 1 + round)
  const half = changes / 2
  return {
    created: Array.from({ length: half }, (_, index) => customerOf(customers + index + 1, random)),
    changed: Array.from({ length: half }, (_, index) => customerOf(index + 1, random)),
  }
}

export function changedBy(customers: readonly Customer[], { created, changed }: Changes): Customer[] {
  return [...changed, ...customers.slice(changed.length), ...created]
}

/** Keys as somebody opens one customer after the other. */
export function idsOf({ customers }: ShopSize, count: number, round: number): number[] {
  const random = new Random(seed + round)
  return Array.from({ length: count }, () => random.within(1, customers))
}

export function pagesOf(count: number, round: number): PageFilter[] {
  const random = new Random(seed + round)
  return Array.from({ length: count }, () => ({ country: random.of(countries), createdFrom: instant(random), limit: 50 }))
}

export function graphOf({ customers, orders, lines }: Shop, ids: readonly number[]): CustomerOfGraph[] {
  const linesOf = Map.groupBy(lines, ({ order }) => order)
  const ordersOf = Map.groupBy(orders, ({ customer }) => customer)
  const withLines = (order: Order): OrderOfGraph => ({ ...order, lines: linesOf.get(order.id) ?? [] })
  const wanted = new Set(ids)
  return customers.filter(({ id }) => wanted.has(id)).map((customer) => ({ ...customer, orders: (ordersOf.get(customer.id) ?? []).map(withLines) }))
}

export function pageOf({ customers }: Shop, { country, createdFrom, limit }: PageFilter): Customer[] {
  return customers
    .filter((customer) => customer.country === country && customer.active && customer.created >= createdFrom)
    .toSorted((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : a.id - b.id))
    .slice(0, limit)
}

function customerOf(id: number, random: Random): Customer {
  const number = random.within(0, 999_999)
  return {
    id,
    name: `Customer ${number} Straße`,
    email: random.chance(0.2) ? null : `customer.${number}@example.com`,
    country: random.of(countries),
    active: random.chance(0.9),
    credit: amount(random),
    created: instant(random),
  }
}

/** Two places of which the last is no zero: whether a database keeps zeros at the end is not measured here. */
function amount(random: Random): string {
  return `${random.within(0, 9_999)}.${random.within(0, 9)}${random.within(1, 9)}`
}

/** Microseconds of which the last is no zero, for the same reason. */
function instant(random: Random): string {
  const milliseconds = new Date(first + random.within(0, span)).toISOString()
  return `${milliseconds.slice(0, -1)}${random.within(10, 99)}${random.within(1, 9)}Z`
}
