import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { Pages } from '@caruso/gateway/contract'
import { Manager } from '@caruso/manager/contract'
import { Status } from './contract.ts'
import { overviewOf } from './overview.ts'
import { loadPage } from './page.ts'

/** A page that shows the components, their versions and health, live. */
export const status = definePlugin({
  name: 'status',
  config: Type.Object({}),
  provides: { pages: Pages, status: Status },
  requires: { manager: Manager },
  async start({ manager, scope }) {
    const page = await loadPage()
    scope.on(Manager, 'changed', (change, call) => scope.emit(Status, 'changed', change, call))
    return {
      pages: { get: (request) => page.get(request) },
      status: {
        overview: async (_input, call) => {
          const [list, history] = await Promise.all([manager.list({}, call), manager.history({ limit: 10 }, call)])
          return overviewOf(list, history, new Date())
        },
      },
    }
  },
})
