import type { Cell, StepResult, Value } from './contract.ts'
import { StorageError } from './errors.ts'

/** The value itself, or the key that it refers to. @throws StorageError `PLAN_INVALID` where no earlier step made that key */
export function resolveKey(value: Cell, earlier: readonly StepResult[]): Value {
  if (typeof value !== 'object' || value === null || !('keyOf' in value)) return value
  const { keyOf, row = 0, column } = value
  const key = earlier[keyOf]?.keys[row]
  if (!key) throw new StorageError('PLAN_INVALID', `it refers to the key of row ${row} of step ${keyOf}: no earlier step inserted it`)
  const names = Object.keys(key)
  const name = column ?? (names.length === 1 ? names[0] : undefined)
  const found = name !== undefined && Object.hasOwn(key, name) ? key[name] : undefined
  if (found === undefined) throw new StorageError('PLAN_INVALID', `it refers to the key of step ${keyOf}${column === undefined ? '' : `, column ${JSON.stringify(column)}`}: the key has ${names.length === 0 ? 'no column' : `the columns ${names.map((known) => JSON.stringify(known)).join(', ')}`}`)
  return found
}
