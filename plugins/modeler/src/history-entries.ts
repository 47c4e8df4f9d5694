import type { Call, Client } from '@caruso/contract'
import type { Filter, Row, Storage, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { instantCodec } from './codec.ts'
import { namedNow, type Attributes } from './kept-object.ts'
import type { EntryKind } from './kept-changes.ts'
import { keyCondition } from './key-condition.ts'
import { own } from './path-resolver.ts'

/** One change of an object: the attributes that it changed, or all of one that came or went. */
export interface HistoryEntry {
  /** Where it stands among all changes. */
  readonly place: number
  readonly version: number
  readonly kind: EntryKind
  /** Of a link: the relation, and the key of the other object as it is kept. */
  readonly link?: { readonly relation: string; readonly other: unknown }
  readonly at: string
  readonly by: string | null
  readonly component: string | null
  readonly reason: string | null
  readonly before: Attributes | null
  readonly after: Attributes | null
}

const columns = [
  { column: 'caruso_seq', type: 'integer', as: 'place' },
  { column: 'caruso_version', type: 'integer', as: 'version' },
  { column: 'caruso_kind', type: 'text', as: 'kind' },
  { column: 'caruso_at', type: 'instant', as: 'at' },
  { column: 'caruso_by', type: 'text', as: 'by' },
  { column: 'caruso_component', type: 'text', as: 'component' },
  { column: 'caruso_reason', type: 'text', as: 'reason' },
  { column: 'caruso_before', type: 'text', as: 'before' },
  { column: 'caruso_after', type: 'text', as: 'after' },
] as const

/** Changes of an object, the newest first, those before a place. */
export async function readEntries(storage: Client<typeof Storage>, one: BusinessClass, key: Readonly<Record<string, unknown>>, { limit, before }: { readonly limit: number; readonly before?: number | undefined }, call: Call): Promise<readonly HistoryEntry[]> {
  const conditions: Filter[] = keyCondition(one, key, own, 'Read the history of an object')
  if (before !== undefined) conditions.push({ column: 'caruso_seq', of: own, op: '<', value: before, type: 'integer' })
  const plan = { source: one.source, from: one.kept?.history ?? '', as: own, columns: columns.map((column) => ({ ...column, of: own })), where: { and: conditions }, order: [{ column: 'caruso_seq', of: own, desc: true }], limit }
  return (await storage.query(plan, call)).rows.map((row) => entryOf(one, row))
}

function entryOf(one: BusinessClass, row: Row): HistoryEntry {
  const at = row['at'] ?? null
  return {
    place: Number(row['place']),
    version: Number(row['version']),
    ...kindOf(one, row),
    at: at === null ? '' : String(instantCodec.decode(at)),
    by: text(row['by']),
    component: text(row['component']),
    reason: text(row['reason']),
  }
}

function kindOf(one: BusinessClass, row: Row): Pick<HistoryEntry, 'kind' | 'link' | 'before' | 'after'> {
  const [kind, relation] = (text(row['kind']) ?? '').split(':') as [EntryKind, string?]
  if (relation !== undefined) return { kind, link: { relation, other: otherKey(text(kind === 'linked' ? row['after'] : row['before'])) }, before: null, after: null }
  return { kind, before: attributes(one, row['before']), after: attributes(one, row['after']) }
}

/** Numbers that JavaScript does not hold are texts, as everywhere. */
function otherKey(kept: string | null): unknown {
  const read: unknown = kept === null ? null : JSON.parse(kept)
  return typeof read === 'number' && !Number.isSafeInteger(read) ? kept : read
}

function text(value: Value | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function attributes(one: BusinessClass, value: Value | undefined): Attributes | null {
  return typeof value === 'string' ? namedNow(one, JSON.parse(value) as Attributes) : null
}
