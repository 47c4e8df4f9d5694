import { serviceKey, type Registry } from '@caruso/bus'
import type { Static } from '@caruso/contract'
import type { InstanceStatus } from '@caruso/kernel'
import type { ComponentStatus } from './contract.ts'

/** An instance as operators see it, and who provides what it requires. */
export function statusOf({ instance, health }: InstanceStatus, host: string, registry: Registry): Static<typeof ComponentStatus> {
  const { spec, description, provider } = instance
  const operations = provider.operations()
  return {
    component: spec.component,
    plugin: spec.plugin,
    version: spec.version,
    instance: instance.id,
    host,
    isolation: spec.isolation,
    state: instance.state,
    health: { ...health },
    provides: description.provides.map(serviceKey),
    requires: description.requires.map(({ key, kind, contract }) => {
      const [found] = contract === undefined ? [] : registry.lookup(contract.name, contract.version)
      return { key, contract: contract === undefined ? 'every public' : `${contract.name}@^${contract.version}`, optional: kind !== 'required', ...(found === undefined ? {} : { component: found.entry.info.component }) }
    }),
    started: instance.started.toISOString(),
    startMs: Math.round(instance.startMs * 10) / 10,
    inFlight: provider.inFlight,
    calls: operations.reduce((sum, { calls }) => sum + calls, 0),
    errors: operations.reduce((sum, { errors }) => sum + errors, 0),
  }
}

/** The same of a component that belongs to a host and does not run there, and why not. */
export function absentStatus({ since, ...declared }: Pick<Static<typeof ComponentStatus>, 'component' | 'isolation' | 'plugin' | 'version'> & { readonly since: string }, host: string, why: { readonly givenUp: boolean; readonly detail: string }): Static<typeof ComponentStatus> {
  const health = { ok: false, detail: why.detail }
  return { ...declared, instance: '', host, state: why.givenUp ? 'given up' : 'starting', health, provides: [], requires: [], started: since, startMs: 0, inFlight: 0, calls: 0, errors: 0 }
}
