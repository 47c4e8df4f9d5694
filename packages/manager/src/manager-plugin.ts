import { Type } from '@caruso/contract'
import { definePlugin, type ComponentSpec, type Host } from '@caruso/kernel'
import { Manager } from './contract.ts'
import type { ServiceManager } from './service-manager.ts'
import manifest from '../package.json' with { type: 'json' }

/** The service manager as a component like any other, so that it is found, called and watched as they are. */
export function managerSpec(host: Host, manager: () => ServiceManager): ComponentSpec {
  const plugin = definePlugin({
    name: 'manager',
    config: Type.Object({}),
    provides: { manager: Manager },
    start({ scope }) {
      scope.whenActive(() => watchChanges(host, (component, version, state) => scope.emit(Manager, 'changed', { component, version, state }, scope.call())))
      return {
        manager: {
          list: () => manager().list(),
          info: async ({ component }) => await manager().info(component),
          plan: async ({ component, version }) => await manager().plan(component, version),
          swap: ({ component, version, why }, call) => manager().swap(component, version, why ?? '', call),
          rollback: ({ component, why }, call) => manager().rollback(component, why ?? '', call),
          history: ({ component, limit }) => manager().history(component, limit),
        },
      }
    },
  })
  return { component: 'manager', plugin: manifest.name, version: manifest.version, entry: plugin, isolation: 'inline', config: {}, grants: [] }
}

/** Tells each component that came, went, changed its version or its health; returns the end of it. */
function watchChanges(host: Host, changed: (component: string, version: string, state: string) => void): () => void {
  let before = snapshot(host)
  return host.bus.registry.watch(() => {
    const now = snapshot(host)
    for (const [id, { component, version, state }] of now) if (before.get(id)?.state !== state) changed(component, version, state)
    for (const [id, { component, version }] of before) if (!now.has(id)) changed(component, version, 'gone')
    before = now
  })
}

function snapshot(host: Host): Map<string, { component: string; version: string; state: string }> {
  return new Map(host.bus.registry.list().map(({ info }) => [info.id, { component: info.component, version: info.version, state: info.health.ok ? 'active' : 'unwell' }]))
}
