import type { Call } from '@caruso/contract'
import { codeOf } from '@caruso/contract'
import { createHash } from 'node:crypto'
import type { Bound } from './codec.ts'
import type { Step, StepResult } from './contract.ts'
import { StorageError } from './errors.ts'
import type { Work } from './steps.ts'

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

/** What tells steps from others. */
export function digestOf(steps: readonly Step[]): string {
  return createHash('sha256').update(JSON.stringify(steps)).digest('base64')
}

/**
 * The first answer to a component's key; undefined where it is not known.
 *
 * @throws StorageError `KEY_REUSED`
 */
export function* firstAnswer(statements: KeyStatements, { component, key }: { readonly component: string; readonly key: string }, about: string): Work<readonly StepResult[] | undefined> {
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
