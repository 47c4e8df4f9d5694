import type { Call, Client } from '@caruso/contract'
import type { Filter, Plan, Row, Storage, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import { columnOf } from './column-of.ts'
import { keyFilters } from './key-filters.ts'
import { keyValues } from './key-condition.ts'
import { keyName } from './key-name.ts'
import { stateColumns, stateJoin, type Kept } from './kept.ts'
import { KeptObject, namedNow, type Attributes, type ObjectState } from './kept-object.ts'
import { distinctJoins, partJoin } from './part-table.ts'
import { own } from './path-resolver.ts'
import type { CheckedKey } from './policy-check.ts'
import type { RowCondition } from './row-condition.ts'
import { leavesOf } from './stored.ts'

const state = '^'

type Key = Readonly<Record<string, unknown>>

/** The objects that a commit changes, of classes with behaviours, by their key. */
export class KeptObjects {
  readonly #objects = new Map<string, KeptObject>()

  get(one: BusinessClass, key: Key): KeptObject | undefined {
    return this.#objects.get(keyName(one, keyValues(one, key, 'Changed an object')))
  }

  at(one: BusinessClass, key: CheckedKey): KeptObject | undefined {
    return this.#objects.get(keyName(one, key))
  }

  /** An object of the commit's own, whose key others of its changes may name where it is known. */
  add(object: KeptObject): void {
    this.#objects.set(keyName(object.class, object.key), object)
  }
}

/**
 * Reads objects with their states, removed ones too; what is not there is left out.
 *
 * @param classes as the caller sees them; undefined to read what no caller is told
 */
export async function readKept(storage: Client<typeof Storage>, wanted: ReadonlyMap<BusinessClass, readonly Key[]>, classes: SeenClasses | undefined, call: Call): Promise<KeptObjects> {
  const found = new KeptObjects()
  for (const [one, keys] of wanted) {
    if (one.kept === undefined || keys.length === 0) continue
    const values = keys.map((key) => keyValues(one, key, 'Changed an object'))
    for (const where of keyFilters(one.kept.key, values)) {
      for (const row of (await storage.query(planOf(one, one.kept, where, classes?.sight(one)?.rows), call)).rows) found.add(objectOf(one, one.kept, row))
    }
  }
  return found
}

/** The storage's plan of states without their objects. */
export function statePlan(one: BusinessClass, kept: Kept, where: Filter): Plan {
  return { source: one.source, from: kept.state, as: state, columns: stateOnly, where }
}

export function stateOfRow(one: BusinessClass, { '^version': version, '^at': at, '^by': by, '^recorded': recorded }: Row): ObjectState | undefined {
  const text = (value: Value | undefined): string | null => (typeof value === 'string' ? value : null)
  const known = text(recorded)
  return typeof version === 'number' ? { version, removedAt: text(at), removedBy: text(by), recorded: known === null ? undefined : namedNow(one, JSON.parse(known) as Attributes) } : undefined
}

const stateOnly = ([
  { column: stateColumns.version, type: 'integer', as: '^version' },
  { column: stateColumns.removedAt, type: 'instant', as: '^at' },
  { column: stateColumns.removedBy, type: 'text', as: '^by' },
  { column: stateColumns.recorded, type: 'text', as: '^recorded' },
] as const).map((column) => ({ ...column, of: state }))

function planOf(one: BusinessClass, kept: Kept, where: Filter, rows: RowCondition | undefined): Plan {
  const attributes = [...one.attributes.values()].flatMap(({ stored }) => leavesOf(stored)).map((leaf) => ({ ...columnOf(leaf, own), as: leaf.path }))
  return { source: one.source, from: one.table, as: own, columns: [...attributes, ...stateOnly], joins: [...distinctJoins([...one.parts.map((part) => partJoin(part, own)), ...(rows?.joins ?? [])]), stateJoin(kept, own, state)], where: rows ? { and: [where, { term: rows.term }] } : where }
}

function objectOf(one: BusinessClass, kept: Kept, row: Row): KeptObject {
  const columns: Record<string, Value> = {}
  for (const [name, value] of Object.entries(row)) if (!name.startsWith(state)) columns[name] = value
  return new KeptObject(one, kept.key.map(({ path }) => row[path] ?? null), columns, stateOfRow(one, row))
}
