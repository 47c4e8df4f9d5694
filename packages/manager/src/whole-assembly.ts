import type { DeepReadonly, Static } from '@caruso/contract'
import type { Assembly } from './assembly.ts'
import type { ComponentStatus, HistoryEntry } from './contract.ts'
import type { ServiceManager } from './service-manager.ts'

type Status = DeepReadonly<Static<typeof ComponentStatus>>
type Entry = DeepReadonly<Static<typeof HistoryEntry>>

/** What runs at every host, as each says it; what a host that does not say so is to run is listed as away. */
export async function wholeList(assembly: Assembly, manager: ServiceManager): Promise<{ assembly: string; components: Status[] }> {
  const own = manager.list()
  const answers = await manager.others.ask(async (other, host, call) => await other.list({ host }, call))
  return { assembly: own.assembly, components: [...own.components, ...answers.flatMap((answer) => ('told' in answer ? answer.told.components : away(assembly, answer.host, answer.why)))] }
}

/** What was swapped at every host that is there, the newest first. */
export async function wholeHistory(manager: ServiceManager, component: string | undefined, limit = 20): Promise<Entry[]> {
  const asked = { limit, ...(component === undefined ? {} : { component }) }
  const answers = await manager.others.ask(async (other, host, call) => await other.history({ ...asked, host }, call))
  const entries: Entry[] = [...manager.history(component, limit), ...answers.flatMap((answer) => ('told' in answer ? answer.told : []))]
  return entries.toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, limit)
}

function away({ components }: Assembly, host: string, why: string): Status[] {
  return Object.entries(components).flatMap(([component, { plugin, version, isolation, host: at }]) =>
    at === host
      ? [{ component, plugin, version, instance: '', host, isolation, state: 'away', health: { ok: false, detail: why }, provides: [], requires: [], started: new Date().toISOString(), startMs: 0, inFlight: 0, calls: 0, errors: 0 }]
      : [],
  )
}
