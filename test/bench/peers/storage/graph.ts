import type { Customer, CustomerOfGraph, Line, Order, OrderOfGraph } from './storage-peer.ts'

/** Puts what three statements found into each other, in place: nobody else holds the objects. */
export function nested(customers: readonly Customer[], orders: readonly Order[], lines: readonly Line[]): CustomerOfGraph[] {
  const ordersOf = new Map<number, OrderOfGraph[]>()
  const linesOf = new Map<number, Line[]>()
  const found = customers.map((customer) => Object.assign(customer, { orders: group(ordersOf, customer.id) }))
  for (const order of orders) ordersOf.get(order.customer)?.push(Object.assign(order, { lines: group(linesOf, order.id) }))
  for (const line of lines) linesOf.get(line.order)?.push(line)
  return found
}

function group<Item>(groups: Map<number, Item[]>, key: number): Item[] {
  const items: Item[] = []
  groups.set(key, items)
  return items
}
