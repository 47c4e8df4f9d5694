import type { DeepReadonly, OutputOf, Static } from '@caruso/contract'
import type { ComponentStatus, Manager } from '@caruso/manager'
import { connected } from '../connection.ts'
import { colour, duration, table, terminal } from '../terminal.ts'

type Status = DeepReadonly<Static<typeof ComponentStatus>>
type HistoryEntry = OutputOf<(typeof Manager)['operations']['history']>[number]
const timeout = 10_000

/** `caruso ls`: what runs. */
export async function ls(folder: string, json: boolean): Promise<void> {
  await connected(folder, async ({ manager, call }) => {
    const list = await manager.list({}, call(timeout))
    terminal(json).answer(list, () =>
      table([
        ['COMPONENT', ...hostColumn(list.components, () => 'HOST'), 'VERSION', 'ISOLATION', 'STATE', 'HEALTH', 'CALLS', 'ERRORS', 'RUNS FOR'],
        ...list.components.map((status) => [status.component, ...hostColumn(list.components, () => status.host), status.version, status.isolation, status.state, healthOf(status), String(status.calls), String(status.errors), runsFor(status)]),
      ]),
    )
  })
}

/** `caruso info`: one component. */
export async function info(folder: string, json: boolean, component: string): Promise<void> {
  await connected(folder, async ({ manager, call }) => {
    const told = await manager.info({ component }, call(timeout))
    const { status } = told
    terminal(json).answer(told, () =>
      [
        `${colour.bold(status.component)} ${status.version}, plugin ${status.plugin}, ${status.isolation}, ${status.state}, ${healthOf(status)}`,
        `instance   ${status.instance === '' ? 'none' : `${status.instance} on ${status.host}, started in ${duration(status.startMs)}, runs for ${runsFor(status)}`}`,
        `figures    ${status.calls} calls, ${status.errors} errors, ${status.inFlight} in flight`,
        `provides   ${status.provides.join(', ') || 'nothing'}`,
        ...status.requires.map((required) => `requires   ${required.key}: ${required.contract}${required.optional ? ' (optional)' : ''}, ${required.component === undefined ? 'nobody now' : `by ${required.component}`}`),
        `config     ${JSON.stringify(told.config)}`,
        `versions   ${told.versions.map((version) => (version === status.version ? `${version} (runs)` : version === told.previous ? `${version} (before)` : version)).join(', ')}`,
      ].join('\n'),
    )
  })
}

/** `caruso history`: what was swapped, by whom and why. */
export async function history(folder: string, json: boolean, component: string | undefined, options: { readonly limit?: number }): Promise<void> {
  await connected(folder, async ({ manager, call }) => {
    const entries = await manager.history({ ...(component === undefined ? {} : { component }), ...(options.limit === undefined ? {} : { limit: options.limit }) }, call(timeout))
    terminal(json).answer(entries, () => (entries.length === 0 ? 'Nothing has been swapped yet' : table([['WHEN', 'COMPONENT', ...hostColumn(entries, () => 'HOST'), 'WHAT', 'FROM', 'TO', 'OUTCOME', 'TOOK', 'WHO', 'WHY'], ...entries.map((entry) => historyRow(entry, hostColumn(entries, () => entry.host)))])))
  })
}

/** A column that is only shown where there are several hosts. */
function hostColumn(rows: readonly { readonly host: string }[], cell: () => string): string[] {
  return rows.every(({ host }) => host === rows[0]?.host) ? [] : [cell()]
}

function historyRow(entry: HistoryEntry, host: readonly string[]): string[] {
  const [first = '', ...more] = entry.outcome === 'done' ? [] : entry.outcome === 'refused' ? entry.detail.split('; ') : [entry.detail]
  const why = [entry.why, more.length === 0 ? first : `${first} and ${more.length} more`].filter((text) => text !== '').join('; ')
  return [entry.at.replace('T', ' ').slice(0, 19), entry.component, ...host, entry.action, entry.from, entry.movedTo === undefined ? entry.to : `${entry.to} at ${entry.movedTo}`, entry.outcome, duration(entry.ms), entry.who, why]
}

function runsFor({ instance, started }: Status): string {
  return instance === '' ? '-' : duration(Date.now() - Date.parse(started))
}

function healthOf({ health }: Status): string {
  return health.ok ? 'well' : `not well: ${health.detail ?? 'no reason given'}`
}
