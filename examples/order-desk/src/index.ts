import { Type } from '@caruso/contract'
import { Orders } from '@caruso-examples/legacy-orders/contract'
import { definePlugin } from '@caruso/kernel'
import { Desk } from './contract.ts'

const newest = 5

export default definePlugin({
  name: 'order-desk',
  config: Type.Object({}),
  provides: { desk: Desk },
  requires: { orders: Orders },
  start({ orders }) {
    return {
      desk: {
        search: (input, call) => orders.search(input, call),
        customer: async ({ id }, call) => {
          const [customer, { orders: newestOrders }] = await Promise.all([orders.customer({ id }, call), orders.ordersOf({ customer: id, limit: newest }, call)])
          return { ...customer, newestOrders }
        },
        orders: (input, call) => orders.ordersOf(input, call),
        order: (input, call) => orders.order(input, call),
        topCustomers: (input, call) => orders.topCustomers(input, call),
      },
    }
  },
})
