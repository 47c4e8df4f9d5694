import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { Objects } from '@caruso/modeler/contract'
import { Orders } from './contract.ts'
import { LegacyOrders } from './legacy-orders.ts'

const usualLimit = 20

export default definePlugin({
  name: 'legacy-orders',
  config: Type.Object({}),
  provides: { orders: Orders },
  requires: { objects: Objects },
  start({ objects, scope }) {
    const legacy = new LegacyOrders(objects)
    scope.selfTest((call) => legacy.check(call))
    return {
      orders: {
        search: async ({ text, limit = usualLimit }, call) => ({ customers: await legacy.search(text, limit, call) }),
        customer: ({ id }, call) => legacy.customer(id, call),
        ordersOf: async ({ customer, limit = usualLimit }, call) => ({ orders: await legacy.ordersOf(customer, limit, call) }),
        order: ({ id }, call) => legacy.order(id, call),
        openOrders: async ({ limit = usualLimit }, call) => ({ orders: await legacy.openOrders(limit, call) }),
        topCustomers: async ({ limit = usualLimit }, call) => ({ customers: await legacy.topCustomers(limit, call) }),
      },
    }
  },
})
