import { describeValue } from '@caruso/contract'
import type { Filter, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { equals } from './column-of.ts'
import { equalTo } from './equal-to.ts'
import { ModelerError } from './errors.ts'
import type { Leaf, Stored } from './stored.ts'

/** What one column holds. */
export interface ColumnValue {
  readonly leaf: Leaf
  readonly value: Value
}

/** The columns of a key with their values, in order. */
export function keyValues(one: BusinessClass, key: Readonly<Record<string, unknown>>, tried: string): ColumnValue[] {
  if (one.key.length === 0) throw new ModelerError('CLASS_READONLY', `${tried} of class "${one.name}" by its key: it has none`)
  return one.key.flatMap(({ name, stored }) => partValues(stored, key[name], (path, expected, found) => new ModelerError('REQUEST_INVALID', `${tried} of class "${one.name}" by its key: ${path} is ${describeValue(found)}, expected ${expected}`)))
}

/** The conditions that an object has this key; `of` names the class's table in the plan. */
export function keyCondition(one: BusinessClass, key: Readonly<Record<string, unknown>>, of: string, tried: string): Filter[] {
  return keyValues(one, key, tried).map(({ leaf, value }) => (leaf.codec.forms && equalTo(leaf, of, leaf.codec.decode(value))) ?? equals(leaf, of, value))
}

/**
 * The columns of a value with what they hold of it.
 *
 * @param wrong makes the error for a part that is not of its type
 */
function partValues(stored: Stored, value: unknown, wrong: (path: string, expected: string, found: unknown) => Error): ColumnValue[] {
  if (stored.kind === 'leaf') {
    const encoded = stored.codec.encode(value)
    if (encoded === undefined) throw wrong(`"${stored.path}"`, stored.codec.expects, value)
    return [{ leaf: stored, value: encoded }]
  }
  if (typeof value !== 'object' || value === null) throw wrong(`"${stored.path}"`, `the parts ${[...stored.parts.keys()].join(', ')}`, value)
  const parts: Readonly<Record<string, unknown>> = { ...value }
  return [...stored.parts].flatMap(([name, part]) => partValues(part, parts[name], wrong))
}
