import type { DeepReadonly, Static } from '@caruso/contract'
import type { Assembly } from './assembly.ts'
import type { ComponentStatus, HistoryEntry } from './contract.ts'
import type { Answer } from './other-hosts.ts'
import type { ServiceManager } from './service-manager.ts'

type Status = DeepReadonly<Static<typeof ComponentStatus>>
type Entry = DeepReadonly<Static<typeof HistoryEntry>>

/** What runs at every host, as each says it; what no host says that it runs is listed as away with its host, or as starting there. */
export async function wholeList(assembly: Assembly, manager: ServiceManager): Promise<{ assembly: string; components: Status[] }> {
  const own = manager.list()
  const answers = await manager.others.ask(async (other, host, call) => await other.list({ host }, call))
  const told = answers.flatMap((answer) => ('told' in answer ? [answer.told] : []))
  const components = [...own.components, ...told.flatMap((one) => one.components)]
  const listed = new Set(components.map(({ component }) => component))
  const moved = Object.assign({}, ...told.map((one) => one.moved), own.moved) as Readonly<Record<string, string>>
  const missing = Object.keys(assembly.components).filter((component) => !listed.has(component))
  return { assembly: own.assembly, components: [...components, ...missing.flatMap((component) => notTold(assembly, component, moved[component] ?? manager.hostOf(component), answers))] }
}

/** What was swapped at every host that is there, the newest first. */
export async function wholeHistory(manager: ServiceManager, component: string | undefined, limit = 20): Promise<Entry[]> {
  const asked = { limit, ...(component === undefined ? {} : { component }) }
  const answers = await manager.others.ask(async (other, host, call) => await other.history({ ...asked, host }, call))
  const entries: Entry[] = [...manager.history(component, limit), ...answers.flatMap((answer) => ('told' in answer ? answer.told : []))]
  return entries.toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, limit)
}

function notTold({ components }: Assembly, component: string, host: string, answers: readonly Answer<unknown>[]): Status[] {
  const declared = components[component]
  if (declared === undefined) return []
  const answer = answers.find((one) => one.host === host)
  const [state, detail] = answer === undefined || 'told' in answer ? ['starting', 'no host says that it runs it'] : ['away', answer.why]
  const { plugin, version, isolation } = declared
  return [{ component, plugin, version, instance: '', host, isolation, state, health: { ok: false, detail }, provides: [], requires: [], started: new Date().toISOString(), startMs: 0, inFlight: 0, calls: 0, errors: 0 }]
}
