import { addExactly, average, decimalText, parseDecimal, zero } from '@caruso/expression/decimal'
import type Database from 'better-sqlite3'
import type { Bound } from 'better-sqlite3'
import { converted } from '../../alter/values.ts'
import { fromRaw, decimalText as readDecimal, toBuffer } from '../../logical.ts'
import type { Raw } from '../../logical.ts'
import type { LogicalType } from '../../logical-type.ts'
import { decimalKey } from './decimal-key.ts'
import { sixDigits } from './instants.ts'
import { addTermFunctions } from './term-functions.ts'

const steady = { deterministic: true, safeIntegers: true } as const

/**
 * What SQLite cannot do by itself, as functions of a connection: exact sums and order of decimals, and one form for the
 * many in which other applications write moments. What cannot be read counts as null.
 */
export function addFunctions(database: Database): void {
  database.function('caruso_decimal', steady, (value) => (readable(value) ? (decimalKey(String(value)) ?? null) : null))
  database.function('caruso_date', steady, (value) => text(dayOf(value)))
  database.function('caruso_time', steady, (value) => text(fromRaw('time', value)))
  database.function('caruso_instant', steady, (value) => {
    const found = fromRaw('instant', value)
    return typeof found === 'string' ? sixDigits(found) : null
  })
  database.function('caruso_convert', steady, (value, types) => convert(value, ...(String(types).split(' ') as [LogicalType, LogicalType])))
  addTermFunctions(database)
  database.aggregate('caruso_sum', { ...steady, start: () => new Sum(), step: addTo, result: (sum) => sum.total() })
  database.aggregate('caruso_avg', { ...steady, start: () => new Sum(), step: addTo, result: (sum) => sum.average() })
  database.aggregate('caruso_min', { ...steady, start: () => new Extreme(-1), step: addTo, result: (least) => least.found() })
  database.aggregate('caruso_max', { ...steady, start: () => new Extreme(1), step: addTo, result: (most) => most.found() })
}

/** The day of a date, or of a moment in UTC. */
export function dayOf(value: Raw): string | undefined {
  const found = typeof value === 'string' ? fromRaw('date', value) : fromRaw('instant', value)
  return typeof found === 'string' ? found.slice(0, 10) : undefined
}

/** A value in the form in which our own tables keep another type. */
function convert(value: Bound, from: LogicalType, to: LogicalType): Bound {
  const found = converted(from, to, value)
  if (found === undefined) throw new TypeError(`Converted a value from ${from} to ${to}: it means nothing there`)
  if (found === null) return null
  if (typeof found === 'object') return toBuffer(found.bytes)
  if (to === 'integer') return BigInt(found)
  if (typeof found === 'boolean') return found ? 1n : 0n
  return to === 'instant' ? sixDigits(String(found)) : found
}

interface Collector {
  add(text: string): void
}

function addTo<C extends Collector>(collector: C, value: Bound): C {
  if (readable(value)) collector.add(String(value))
  return collector
}

class Sum implements Collector {
  #total = zero
  #count = 0

  add(text: string): void {
    const value = parseDecimal(readDecimal(text) ?? '')
    if (value === undefined) return
    this.#total = addExactly(this.#total, value)
    this.#count++
  }

  total(): string | null {
    return this.#count === 0 ? null : decimalText(this.#total)
  }

  average(): string | null {
    return this.#count === 0 ? null : decimalText(average(this.#total, this.#count))
  }
}

class Extreme implements Collector {
  readonly #sign: 1 | -1
  #key: string | undefined
  #text: string | null = null

  constructor(sign: 1 | -1) {
    this.#sign = sign
  }

  add(text: string): void {
    const key = decimalKey(text)
    if (key === undefined || (this.#key !== undefined && (key > this.#key ? 1 : -1) !== this.#sign)) return
    this.#key = key
    this.#text = text
  }

  found(): string | null {
    return this.#text
  }
}

function readable(value: Bound): value is Exclude<Bound, null | Buffer> {
  return value !== null && !(value instanceof Uint8Array)
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
