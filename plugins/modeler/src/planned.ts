import type { Cell, Row, StepResult } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { ColumnValues } from './column-values.ts'
import type { Changed } from './contract.ts'
import { firstVersion } from './kept.ts'
import { isKeyOf } from './object-values.ts'
import type { SeenObject } from './seen-object.ts'
import type { Stored } from './stored.ts'

/** What a change has become: a row of a step, of whose key some columns may be known already. */
export interface Planned {
  readonly class: BusinessClass
  readonly step: number
  readonly row: number
  readonly values: ColumnValues
  /** Whether it makes an object, whose key others may use. */
  readonly creates: boolean
  /** For an update or a removal: the key, and what the caller saw. */
  readonly known?: { readonly key: Readonly<Record<string, unknown>>; readonly seen: SeenObject | undefined; readonly version: number | undefined }
}

/** The columns of a new object's key, as they were given or as its step makes them. */
export function createdKey({ class: one, step, row, values }: Planned): Cell[] {
  return one.keyLeaves.map((leaf) => values.get(leaf) ?? { keyOf: step, row, column: leaf.column })
}

/** What a change did, of what the steps did. */
export function changedBy({ class: one, step, row, values, creates, known }: Planned, done: readonly StepResult[]): Changed {
  if (known) return known.version === undefined ? { key: known.key } : { key: known.key, version: known.version }
  if (!creates) return { key: null }
  const made = done[step]?.keys[row] ?? {}
  const [only] = one.key
  const key = only && one.key.length === 1 ? { [only.name]: valueOf(only.stored, values, made) } : Object.fromEntries(one.key.map(({ name, stored }) => [name, valueOf(stored, values, made)]))
  if (one.locking) return { key, version: Number(valueOf(one.locking.stored, values, made)) }
  return one.kept?.locking === true ? { key, version: firstVersion } : { key }
}

/** The value of an attribute in a new row: as it was given, or as the database made it. */
function valueOf(stored: Stored, values: ColumnValues, made: Row): unknown {
  if (stored.kind === 'composite') return Object.fromEntries([...stored.parts].map(([name, part]) => [name, valueOf(part, values, made)]))
  const given = values.get(stored)
  const found = given === undefined || isKeyOf(given) ? (made[stored.column] ?? null) : given
  return found === null ? null : stored.codec.decode(found)
}
