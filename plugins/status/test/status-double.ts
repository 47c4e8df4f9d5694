import gateway from '@caruso/gateway'
import { Pages } from '@caruso/gateway/contract'
import status from '@caruso/status'
import { Status } from '@caruso/status/contract'
import type { Manager } from '@caruso/manager/contract'
import type { Client, OutputOf } from '@caruso/contract'
import { ScopeDouble, ServicesDouble } from '../../../test/kernel-double.ts'

type List = OutputOf<typeof Manager.operations.list>
type History = OutputOf<typeof Manager.operations.history>
export type Component = List['components'][number]

/** A service manager whose answers a test writes. */
export class ManagerDouble implements Pick<Client<typeof Manager>, 'list' | 'history'> {
  assembly = 'Fjord Energi'
  components: Component[] = []
  swaps: History = []
  fails = false

  list(): Promise<List> {
    return this.fails ? Promise.reject(new Error('not now')) : Promise.resolve({ assembly: this.assembly, components: this.components })
  }

  history(): Promise<History> {
    return Promise.resolve(this.swaps)
  }
}

/** The status page behind a real gateway, over a service manager that a test writes. */
export interface Running {
  readonly manager: ManagerDouble
  readonly base: string
  readonly port: number
  /** What the service manager's event `changed` sets off. */
  change(component: string, version: string): Promise<void>
  end(): Promise<void>
}

export async function run(manager: ManagerDouble, port = 0): Promise<Running> {
  const silent = () => undefined
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  const scope = new ScopeDouble()
  const unused = (): never => {
    throw new Error('the status page does not ask for this')
  }
  const client = { list: () => manager.list(), history: () => manager.history(), info: unused, plan: unused, swap: unused, rollback: unused, callers: unused, arrive: unused, proceed: unused, gaveAway: unused }
  const provided = await status.start({ config: {}, scope, log, manager: client })

  const services = new ServicesDouble()
  services.offer('status', Pages, { get: (input, call) => provided.pages.get(input as Parameters<typeof provided.pages.get>[0], call) })
  services.offer('status', Status, { overview: (_input, call) => provided.status.overview({}, call) })
  const outside = new ScopeDouble()
  await gateway.start({ config: { host: '127.0.0.1', port, rateLimit: 1000, pages: { '/': 'status' } }, services, scope: outside, log })
  await outside.activate()
  return {
    manager,
    base: `http://127.0.0.1:${outside.port}`,
    port: outside.port,
    change: async (component, version) => {
      await scope.heard.get('manager.changed')?.({ component, version, state: 'active' } as never, scope.call())
      const { event, payload } = scope.emitted.at(-1)!
      services.tell({ contract: 'status', version: '1.0.0', component: 'status', event, payload })
    },
    end: async () => {
      await outside.end()
      await scope.end()
    },
  }
}

export function component(name: string, change: Partial<Component> = {}): Component {
  return {
    component: name,
    plugin: name,
    version: '1.0.0',
    instance: `${name}-1`,
    host: 'main',
    isolation: 'inline',
    state: 'active',
    health: { ok: true },
    provides: [],
    requires: [],
    started: new Date(Date.now() - 3 * 3_600_000).toISOString(),
    startMs: 12,
    inFlight: 0,
    calls: 0,
    errors: 0,
    ...change,
  }
}

