import { describeValue } from '@caruso/contract'
import type { Filter, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { equals } from './column-of.ts'
import { equalTo } from './equal-to.ts'
import { ModelerError } from './errors.ts'
import type { Stored } from './stored.ts'

/** What the columns of a key hold, in order. */
export function keyValues(one: BusinessClass, key: Readonly<Record<string, unknown>>, tried: string): Value[] {
  if (one.key.length === 0) throw new ModelerError('CLASS_READONLY', `${tried} of class "${one.name}" by its key: it has none`)
  const values: Value[] = []
  const wrong = partValues(one.key, key, values)
  if (wrong === undefined) return values
  throw new ModelerError('REQUEST_INVALID', `${tried} of class "${one.name}" by its key: "${wrong.path}" is ${describeValue(wrong.found)}, expected ${wrong.expected}`)
}

/** The conditions that an object has this key; `of` names the class's table in the plan. */
export function keyCondition(one: BusinessClass, key: Readonly<Record<string, unknown>>, of: string, tried: string): Filter[] {
  const values = keyValues(one, key, tried)
  return one.keyLeaves.map((leaf, index) => {
    const value = values[index] ?? null
    return (leaf.codec.forms && equalTo(leaf, of, leaf.codec.decode(value))) ?? equals(leaf, of, value)
  })
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
