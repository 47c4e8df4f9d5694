import { Type, type Client } from '@caruso/contract'
import { definePlugin, type ComponentSpec } from '@caruso/kernel'
import type { Host } from '@caruso/kernel/host'
import type { Assembly } from './assembly.ts'
import { Manager } from './contract.ts'
import { hostOfManager, managerOf } from './host-name.ts'
import type { ServiceManager } from './service-manager.ts'
import { wholeHistory, wholeList } from './whole-assembly.ts'
import manifest from '../package.json' with { type: 'json' }

/**
 * The service manager as a component like any other, so that it is found, called and watched as they are. Any of an
 * assembly's managers may be asked: what a component of another host is asked for goes to the manager there.
 */
export function managerSpec(assembly: Assembly, host: Host, manager: ServiceManager): ComponentSpec {
  const { others } = manager
  const at = <T>(asked: { readonly component: string; readonly host?: string }, here: () => T, there: (other: Client<typeof Manager>, host: string) => T): T => {
    const name = asked.host ?? manager.hostOf(asked.component)
    return name === others.own ? here() : there(others.at(name), name)
  }
  const plugin = definePlugin({
    name: 'manager',
    config: Type.Object({}),
    provides: { manager: Manager },
    start({ scope }) {
      scope.whenActive(() => watchChanges(host, others.own, (component, version, state) => scope.emit(Manager, 'changed', { component, version, state }, scope.call())))
      return {
        manager: {
          list: async ({ host: only }, call) => (only === undefined ? await wholeList(assembly, manager) : only === others.own ? manager.list() : await others.at(only).list({ host: only }, call)),
          info: async (asked, call) => await at(asked, async () => await manager.info(asked.component), async (other, name) => await other.info({ ...asked, host: name }, call)),
          plan: async (asked, call) => await at(asked, async () => await manager.plan(asked.component, asked.version, asked.to), async (other, name) => await other.plan({ ...asked, host: name }, call)),
          swap: (asked, call) => at(asked, () => manager.swap(asked.component, asked.version, asked.why ?? '', call, asked), (other, name) => other.swap({ ...asked, host: name }, call)),
          rollback: (asked, call) => at(asked, () => manager.rollback(asked.component, asked.why ?? '', call), (other, name) => other.rollback({ ...asked, host: name }, call)),
          finalize: async (asked, call) => await at(asked, async () => await manager.finalize(asked, call), async (other, name) => await other.finalize({ ...asked, host: name }, call)),
          history: async (asked, call) => {
            if (asked.host === undefined) return await wholeHistory(manager, asked.component, asked.limit)
            return asked.host === others.own ? manager.history(asked.component, asked.limit) : await others.at(asked.host).history(asked, call)
          },
          callers: ({ contracts }) => manager.callers(contracts),
          arrive: async (asked) => await manager.arrive(asked),
          proceed: async (asked) => await manager.arrivals.proceed(asked),
          gaveAway: ({ component, epoch }) => manager.gaveAway(component, epoch),
        },
      }
    },
  })
  return { component: managerOf(others.own), plugin: manifest.name, version: manifest.version, entry: plugin, isolation: 'inline', config: {}, grants: [] }
}

/** Tells each component that came, went, changed its version or its health; returns the end of it. */
function watchChanges(host: Host, own: string, changed: (component: string, version: string, state: string) => void): () => void {
  let before = snapshot(host)
  return host.bus.registry.watch(() => {
    const now = snapshot(host)
    const managers = new Map([...now.values()].flatMap(({ component, at }) => (hostOfManager(component) === undefined ? [] : [[at, component] as const])))
    // Told once: by the manager beside it, or where that has gone too, by the first of those that are left.
    const isMine = (at: string): boolean => (managers.get(at) ?? [...managers.values()].toSorted()[0]) === managerOf(own)
    for (const [id, { component, version, state, at }] of now) if (before.get(id)?.state !== state && isMine(at)) changed(component, version, state)
    for (const [id, { component, version, at }] of before) if (!now.has(id) && isMine(at)) changed(component, version, 'gone')
    before = now
  })
}

function snapshot(host: Host): Map<string, { component: string; version: string; state: string; at: string }> {
  return new Map(host.bus.registry.list().map(({ info }) => [info.id, { component: info.component, version: info.version, state: info.health.ok ? 'active' : 'unwell', at: info.host }]))
}
