import { contract, type Static, Type } from '@caruso/contract'
import type { DeepReadonly } from '@caruso/contract'

const Text = Type.Union([Type.String(), Type.Null()])
const Id = Type.String({ minLength: 1, maxLength: 40, description: 'As the legacy system writes it, such as ALFKI' })
const OrderId = Type.Integer({ minimum: 1 })
const Amount = Type.Number({ description: 'The legacy system knows one currency' })
const Day = Type.Union([Type.String({ format: 'date' }), Type.Null()])
const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: '20 unless told' }))

const Address = Type.Object({ street: Text, city: Text, region: Text, postalCode: Text, country: Text })

/** A customer as a list shows one. */
export const CustomerSummary = Type.Object({ id: Id, company: Type.String(), contact: Text, city: Text, country: Text })

/** A customer. Telephone numbers are as somebody once typed them. */
export const Customer = Type.Object({ id: Id, company: Type.String(), contact: Text, title: Text, address: Address, phone: Text })

const shipped = Type.Union(Day.anyOf, { description: 'When it left, null while it has not' })

/** An order as a list shows one; the total is with freight. */
export const OrderSummary = Type.Object({ id: OrderId, ordered: Day, total: Amount, shipped })

const Line = Type.Object({
  product: Type.String(),
  quantity: Type.Integer(),
  unitPrice: Amount,
  discount: Type.String({ pattern: '^[01](\\.\\d{1,4})?$', description: 'A fraction: 0.15 is 15 %' }),
  total: Amount,
})

/** An order: each line's total is rounded to cents, the goods are the sum of those. */
export const Order = Type.Object({
  id: OrderId,
  customer: Id,
  ordered: Day,
  due: Day,
  shipped,
  shipper: Text,
  shipTo: Type.Object({ name: Text, ...Address.properties }),
  lines: Type.Array(Line),
  goods: Amount,
  freight: Amount,
  total: Amount,
})

/** An order that has not left yet. */
export const OpenOrder = Type.Object({ id: OrderId, customer: Id, company: Type.String(), ordered: Day, due: Day })

/** A customer by the value of all goods ordered, freight left out. */
export const TopCustomer = Type.Object({ id: Id, company: Type.String(), orders: Type.Integer(), goods: Amount })

export type CustomerSummary = DeepReadonly<Static<typeof CustomerSummary>>
export type Customer = DeepReadonly<Static<typeof Customer>>
export type OrderSummary = DeepReadonly<Static<typeof OrderSummary>>
export type Order = DeepReadonly<Static<typeof Order>>
export type OpenOrder = DeepReadonly<Static<typeof OpenOrder>>
export type TopCustomer = DeepReadonly<Static<typeof TopCustomer>>

/** Customers and their orders, wherever they are kept. Failures: `CUSTOMER_UNKNOWN`, `ORDER_UNKNOWN`. */
export const Orders = contract({
  name: 'orders',
  version: '1.2.0',
  operations: {
    find: {
      description: 'Customers in whose id, company, contact or city each word of a text begins a word',
      input: Type.Object({ text: Type.String({ minLength: 1, maxLength: 100 }), limit }),
      output: Type.Object({ customers: Type.Array(CustomerSummary) }),
      idempotent: true,
    },
    customer: { description: 'One customer', input: Type.Object({ id: Id }), output: Customer, idempotent: true },
    ordersOf: {
      description: 'Orders of a customer, the newest first',
      input: Type.Object({ customer: Id, limit }),
      output: Type.Object({ orders: Type.Array(OrderSummary) }),
      idempotent: true,
    },
    order: { description: 'One order with its lines', input: Type.Object({ id: OrderId }), output: Order, idempotent: true },
    openOrders: {
      description: 'Orders that have not left yet, the oldest first',
      input: Type.Object({ limit }),
      output: Type.Object({ orders: Type.Array(OpenOrder) }),
      idempotent: true,
    },
    topCustomers: {
      description: 'Customers who ordered most, by value',
      input: Type.Object({ limit }),
      output: Type.Object({ customers: Type.Array(TopCustomer) }),
      idempotent: true,
    },
  },
})
