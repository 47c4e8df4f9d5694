import { describeValue } from '@caruso/contract'
import type { Filter, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { Comparison } from './comparison.ts'
import { ModelerError } from './errors.ts'
import type { Stored } from './stored.ts'

/** What the columns of a key hold, in order. */
export function keyValues(one: BusinessClass, key: Readonly<Record<string, unknown>>, tried: string): Value[] {
  if (one.key.length === 0) throw new ModelerError('CLASS_READONLY', `${tried} of class "${one.name}" by its key: it has none`)
  const [only] = one.key
  if (one.key.length === 1 && only?.stored.kind === 'leaf') {
    // Most keys are one column, and a list that grows has room for sixteen more.
    const encoded = only.stored.codec.encode(key[only.name])
    if (encoded !== undefined) return [encoded]
  }
  const values: Value[] = []
  const wrong = partValues(one.key, key, values)
  if (wrong === undefined) return values
  throw new ModelerError('REQUEST_INVALID', `${tried} of class "${one.name}" by its key: "${wrong.path}" is ${describeValue(wrong.found)}, expected ${wrong.expected}`)
}

/** The conditions that an object has this key; `of` names the class's table in the plan. */
export function keyCondition(one: BusinessClass, key: Readonly<Record<string, unknown>>, of: string, tried: string): Filter[] {
  const comparison = new Comparison(of)
  compareKey(comparison, one, key, tried)
  return comparison.where
}

/** Adds that it is the row of the object that has this key. */
export function compareKey(comparison: Comparison, one: BusinessClass, key: Readonly<Record<string, unknown>>, tried: string): void {
  const values = keyValues(one, key, tried)
  for (let index = 0; index < values.length; index++) {
    const leaf = one.keyLeaves[index]
    const value = values[index] ?? null
    if (leaf && !(leaf.codec.forms && comparison.equal(leaf, leaf.codec.decode(value)))) comparison.same(leaf, value)
  }
}

interface WrongPart {
  readonly path: string
  readonly expected: string
  readonly found: unknown
}

/** Adds what the columns of some values hold; the first part that is not of its type. */
function partValues(parts: Iterable<{ readonly name: string; readonly stored: Stored }>, given: Readonly<Record<string, unknown>>, values: Value[]): WrongPart | undefined {
  for (const { name, stored } of parts) {
    const value = given[name]
    if (stored.kind === 'leaf') {
      const encoded = stored.codec.encode(value)
      if (encoded === undefined) return { path: stored.path, expected: stored.codec.expects, found: value }
      values.push(encoded)
      continue
    }
    if (typeof value !== 'object' || value === null) return { path: stored.path, expected: `the parts ${[...stored.parts.keys()].join(', ')}`, found: value }
    const wrong = partValues([...stored.parts].map(([part, inner]) => ({ name: part, stored: inner })), { ...value }, values)
    if (wrong) return wrong
  }
  return undefined
}
