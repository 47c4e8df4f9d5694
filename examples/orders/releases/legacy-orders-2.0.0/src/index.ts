import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { Storage } from '@caruso/storage/contract'
import { Orders } from './contract.ts'
import { LegacyDatabase } from './legacy-database.ts'

const usualLimit = 20

export default definePlugin({
  name: 'legacy-orders',
  config: Type.Object({ source: Type.String({ default: 'legacy', description: 'The data source that holds the legacy system\'s tables' }) }),
  provides: { orders: Orders },
  requires: { storage: Storage },
  start({ config, scope, storage }) {
    const database = new LegacyDatabase(storage, config.source)
    scope.selfTest((call) => database.check(call))
    return {
      orders: {
        find: async ({ text, limit = usualLimit }, call) => ({ customers: await database.search(text, limit, call) }),
        customer: ({ id }, call) => database.customer(id, call),
        ordersOf: async ({ customer, limit = usualLimit }, call) => ({ orders: await database.ordersOf(customer, limit, call) }),
        order: ({ id }, call) => database.order(id, call),
        openOrders: async ({ limit = usualLimit }, call) => ({ orders: await database.openOrders(limit, call) }),
        topCustomers: async ({ limit = usualLimit }, call) => ({ customers: await database.topCustomers(limit, call) }),
      },
    }
  },
})
