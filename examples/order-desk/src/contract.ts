import { Customer, CustomerSummary, Order, Orders, OrderSummary, TopCustomer } from '@caruso-examples/legacy-orders/contract'
import { contract, Type } from '@caruso/contract'

const { customer, order, ordersOf, search, topCustomers } = Orders.operations

/** What anybody at the desk may ask. Failures are those of the contract `orders`. */
export const Desk = contract({
  name: 'desk',
  version: '1.0.0',
  operations: {
    search: {
      description: 'Customers in whose id, company, contact or city each word of a text begins a word',
      input: search.input,
      output: Type.Object({ customers: Type.Array(CustomerSummary) }),
      idempotent: true,
      public: true,
    },
    customer: {
      description: 'A customer and the five newest orders',
      input: customer.input,
      output: Type.Object({ ...Customer.properties, newestOrders: Type.Array(OrderSummary) }),
      idempotent: true,
      public: true,
    },
    orders: {
      description: 'Orders of a customer, the newest first',
      input: ordersOf.input,
      output: Type.Object({ orders: Type.Array(OrderSummary) }),
      idempotent: true,
      public: true,
    },
    order: { description: 'One order with its lines', input: order.input, output: Order, idempotent: true, public: true },
    topCustomers: {
      description: 'Customers who ordered most, by value',
      input: topCustomers.input,
      output: Type.Object({ customers: Type.Array(TopCustomer) }),
      idempotent: true,
      public: true,
    },
  },
})
