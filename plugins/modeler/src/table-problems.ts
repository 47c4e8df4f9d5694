import { codeOf, messageOf, type Call, type Client } from '@caruso/contract'
import type { Storage } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { Kept } from './kept.ts'
import { leavesOf } from './stored.ts'

/** A column and what needs it. */
interface NeededColumn {
  readonly column: string
  readonly why: string
}

/** Why a table cannot be made beside another, until somebody changes something. */
const lasting: ReadonlySet<string> = new Set(['PLAN_INVALID', 'SOURCE_READONLY', 'SQL_FAILED'])

/** What of a class's tables and columns its database does not have, in words; tables beside them are made where they are missing. */
export async function problemsOf(one: BusinessClass, storage: Client<typeof Storage>, call: Call): Promise<string[]> {
  const found: string[] = []
  for (const { table, columns } of columnsOf(one)) found.push(...(await missing(one.source, table, columns, storage, call)))
  for (const { name, link, pairs } of one.relations.values()) {
    if (!link) continue
    const columns = [...pairs, ...link.pairs].map(({ other }) => ({ column: other.column, why: `relation "${name}"` }))
    found.push(...(await missing(one.source, link.table, columns, storage, call)))
  }
  return found.length > 0 || one.kept === undefined ? found : sidecars(one, one.kept, storage, call)
}

/** Makes the tables in which the class keeps what its behaviours need; why it cannot. */
async function sidecars({ name, source, table }: BusinessClass, { history, key }: Kept, storage: Client<typeof Storage>, call: Call): Promise<string[]> {
  try {
    for (const kind of history === undefined ? (['state'] as const) : (['state', 'history'] as const)) await storage.sidecar({ source, table, key: key.map(({ column }) => column), kind }, call)
    return []
  } catch (error) {
    // What passes is no reason to call the class unusable.
    if (!lasting.has(codeOf(error) ?? '')) throw error
    return [`class "${name}" keeps the ${history === undefined ? 'state' : 'history'} of its objects beside their table: ${messageOf(error)}`]
  }
}

async function missing(source: string, from: string, columns: readonly NeededColumn[], storage: Client<typeof Storage>, call: Call): Promise<string[]> {
  if (columns.length === 0) return []
  try {
    await storage.query({ source, from, columns: columns.map(({ column }) => column), limit: 0 }, call)
    return []
  } catch (error) {
    const [first] = columns
    if (codeOf(error) === 'TABLE_UNKNOWN' || codeOf(error) === 'SOURCE_UNKNOWN') return [messageOf(error)]
    if (codeOf(error) !== 'COLUMN_UNKNOWN') throw error
    if (columns.length === 1 && first) return [`${first.why}: ${messageOf(error)}`]
    const found: string[] = []
    for (const column of columns) found.push(...(await missing(source, from, [column], storage, call)))
    return found
  }
}

/** The columns of a class by table, with what needs them. */
function* columnsOf(one: BusinessClass): Generator<{ readonly table: string; readonly columns: readonly NeededColumn[] }> {
  const leaves = [...one.attributes.values()].flatMap(({ stored }) => leavesOf(stored))
  for (const part of [undefined, ...one.parts]) {
    const keyed = (part?.pairs ?? []).map(({ other }) => ({ column: other.column, why: `the key in "${part?.name}"` }))
    yield { table: part?.table ?? one.table, columns: [...keyed, ...leaves.filter((leaf) => leaf.part === part).map(({ column, path }) => ({ column, why: `attribute "${path}"` }))] }
  }
}
