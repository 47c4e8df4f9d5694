import type { OutputOf } from '@caruso/contract'
import type { Manager } from '@caruso/manager/contract'
import type { Status } from './contract.ts'

type List = OutputOf<typeof Manager.operations.list>
type History = OutputOf<typeof Manager.operations.history>
type Overview = OutputOf<typeof Status.operations.overview>

/** What the page may know of what the service manager knows: each field is named here, so nothing else gets out. */
export function overviewOf({ assembly, components }: List, history: History, now: Date): Overview {
  return {
    assembly,
    at: now.toISOString(),
    instances: components.map(({ component, instance, version, state, health, isolation, started, inFlight, calls, errors }) => ({
      component,
      instance,
      version,
      state,
      health: { ok: health.ok, ...(health.detail === undefined ? {} : { detail: health.detail }) },
      isolation,
      started,
      inFlight,
      calls,
      errors,
    })),
    swaps: history.map(({ at, component, from, to, outcome }) => ({ at, component, from, to, outcome })),
  }
}
