import type { Call } from '@caruso/contract'
import { codeOf, describeValue } from '@caruso/contract'
import { createHash } from 'node:crypto'
import type { Bound } from './codec.ts'
import type { Step, StepResult } from './contract.ts'
import { StorageError } from './errors.ts'
import type { Work } from './work.ts'

/** Where a data source remembers the keys of calls. */
export const keysTable = 'caruso_keys'

/** The statements about remembered keys in a dialect's words. */
export interface KeyStatements {
  /** By component and key: digest, results. */
  readonly find: string
  /** Component, key, time, digest, results. */
  readonly insert: string
  /** What forgets old keys, with its values. */
  readonly prune?: { readonly sql: string; readonly values: (now: number) => readonly Bound[] }
}

/** How long a key is remembered, in milliseconds. */
export const keptFor = 24 * 60 * 60 * 1000

/** What fits the index of every database, which on MySQL does not see blanks at the end. */
const usable = /^(?![^]*\s$)[^\0]{1,512}$/u

/** What tells steps from others. */
export function digestOf(steps: readonly Step[]): string {
  return createHash('sha256').update(JSON.stringify(steps)).digest('base64')
}

/**
 * The first answer to a component's key; undefined where it is not known.
 *
 * @throws StorageError `KEY_REUSED`, `VALUE_INVALID` for a key that not every database keeps
 */
export function* firstAnswer(statements: KeyStatements, { component, key }: { readonly component: string; readonly key: string }, about: string): Work<readonly StepResult[] | undefined> {
  if (!usable.test(key) || !key.isWellFormed()) throw new StorageError('VALUE_INVALID', `Changed a data source with the key ${describeValue(key)} of ${key.length} characters: expected 1 to 512, none of them NUL or half a surrogate pair, and no blank at the end`)
  const known = (yield { sql: statements.find, values: [component, key] }).rows[0]
  if (!known) return undefined
  if (known[0] !== about) throw new StorageError('KEY_REUSED', `Changed a data source with the key ${JSON.stringify(key)}: "${component}" used it for other steps before`)
  return JSON.parse(String(known[1]))
}

/**
 * Does the work once per key of a call, inside the transaction that is open: a repeat gets the first answer.
 * Keys belong to the calling component and are remembered for a day.
 *
 * @throws StorageError `KEY_REUSED` when the key came with other steps before, `SOURCE_BUSY` when another transaction
 * has remembered it meanwhile, whose answer the next try finds
 */
export function* once(statements: KeyStatements, call: Call, about: string, work: () => Work<readonly StepResult[]>): Work<readonly StepResult[]> {
  const { key } = call
  if (key === undefined) return yield* work()
  const { component } = call.caller
  const known = yield* firstAnswer(statements, { component, key }, about)
  if (known) return known
  const results = yield* work()
  const now = Date.now()
  try {
    yield { sql: statements.insert, values: [component, key, BigInt(now), about, JSON.stringify(results)] }
  } catch (error) {
    throw codeOf(error) === 'UNIQUE_VIOLATION' ? new StorageError('SOURCE_BUSY', `Changed a data source with the key ${JSON.stringify(key)}: the same key is being used`, { cause: error }) : error
  }
  if (statements.prune) yield { sql: statements.prune.sql, values: statements.prune.values(now) }
  return results
}
