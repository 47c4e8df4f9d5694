import type { Client, OutputOf } from '@caruso/contract'
import gateway from '@caruso/gateway'
import { Manager } from '@caruso/manager/contract'
import status from '@caruso/status'
import { newHost, spec } from '../../../test/hosts.ts'
import { madeUp } from '../../../test/made-up.ts'

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
  /** Emits the service manager's event `changed`. */
  change(component: string, version: string): void
  end(): Promise<void>
}

export async function run(manager: ManagerDouble, port = 0): Promise<Running> {
  const { host, bus, call, close } = newHost()
  const asked = { list: () => manager.list(), history: () => manager.history() }
  await host.startAll([
    spec('manager', madeUp('manager', [Manager, asked])),
    spec('status', status),
    spec('gateway', gateway, { config: { port, rateLimit: 1000, pages: { '/': 'status' } } }),
  ])
  const { detail: base = '' } = (await host.active('gateway')?.health()) ?? {}
  return {
    manager,
    base,
    port: Number(new URL(base).port),
    change: (component, version) => bus.emit('manager', Manager, 'changed', { component, version, state: 'active' }, call()),
    end: close,
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
