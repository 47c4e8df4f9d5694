import { evaluator } from '@caruso/expression/evaluator'
import type Database from 'better-sqlite3'
import type { Bound } from 'better-sqlite3'
import { LRUCache } from 'lru-cache'
import { decimalText } from '../../logical.ts'
import type { Scalar } from '../../term-dialect.ts'
import { wordPattern } from '../../word-pattern.ts'
import { sixDigits } from './instants.ts'

const steady = { deterministic: true, safeIntegers: true } as const

type Op = '+' | '-' | '*' | 'negate' | 'abs'

/** What SQLite does not compute, or not exactly, is computed as the expression language does it in memory. */
export function addTermFunctions(database: Database): void {
  database.function('caruso_add', steady, two('+', 'number', 'number', 'number'))
  database.function('caruso_subtract', steady, two('-', 'number', 'number', 'number'))
  database.function('caruso_multiply', steady, two('*', 'number', 'number', 'number'))
  database.function('caruso_negate', steady, one('negate', 'number'))
  database.function('caruso_abs', steady, one('abs', 'number'))
  // One text for each number, however it is written.
  database.function('caruso_plain', steady, (value) => stored('number', given('number', value)))
  database.function('caruso_date_add', steady, two('+', 'date', 'duration', 'date'))
  database.function('caruso_date_diff', steady, two('-', 'date', 'date', 'duration'))
  database.function('caruso_instant_add', steady, two('+', 'instant', 'duration', 'instant'))
  database.function('caruso_has_word', steady, wordFinder())
  database.function('caruso_instant_diff', steady, two('-', 'instant', 'instant', 'duration'))
}

/** Whether a text has a word that begins so, or is so where a blank follows; a statement asks for a few words in many rows. */
function wordFinder(): (text: Bound, word: Bound) => Bound {
  const patterns = new LRUCache<string, RegExp>({ max: 500, memoMethod: (word) => new RegExp(wordPattern(word.trimEnd(), word.endsWith(' ')), 'u') })
  return (text, word) => {
    if (typeof text !== 'string' || typeof word !== 'string') return null
    return patterns.memo(word).test(text) ? 1n : 0n
  }
}

function one(op: Op, type: Scalar): (a: Bound) => Bound {
  const compute = evaluator({ op, of: [{ path: ['a'], type }], type })
  return (a) => stored(type, compute({ a: given(type, a) }))
}

function two(op: Op, left: Scalar, right: Scalar, type: Scalar): (a: Bound, b: Bound) => Bound {
  const compute = evaluator({ op, of: [{ path: ['a'], type: left }, { path: ['b'], type: right }], type })
  return (a, b) => stored(type, compute({ a: given(left, a), b: given(right, b) }))
}

/** What another application keeps as a number may be written in more ways, or be none. */
function given(type: Scalar, value: Bound): unknown {
  if (value === null || value instanceof Uint8Array) return null
  return type === 'number' ? (decimalText(String(value)) ?? null) : value
}

function stored(type: Scalar, value: unknown): Bound {
  if (typeof value !== 'string') return null
  if (type === 'duration') return BigInt(value)
  return type === 'instant' ? sixDigits(value) : value
}
