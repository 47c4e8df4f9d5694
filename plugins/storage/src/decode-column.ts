import { decode } from './codec.ts'
import type { Decoder } from './codec.ts'
import type { LogicalType, Value } from './contract.ts'
import { limits } from './limits.ts'
import type { Held, Raw } from './logical.ts'
import { beginsWithDay, plainDecimal, plainInstant } from './plain-forms.ts'

/** Rows that the driver has made, while their values are being read. */
export type HeldRow = Record<string, Raw>

/**
 * Reads a column of rows in place; what stands as it should is left alone. False where it found a whole number that is
 * too large for a number, and may have lost digits on its way here: then the rows have to be read in another way.
 *
 * @throws StorageError `VALUE_INVALID`, `LIMIT_EXCEEDED`
 */
export function decodeColumn(rows: readonly HeldRow[], name: string, decoder: Decoder): boolean {
  const read = (raw: Held): Value | undefined => (decoder?.type !== 'float' && isInexact(raw) ? undefined : decode(decoder, raw, name))
  return (loops[decoder?.type ?? 'text'] ?? anyOther)(rows, name, read)
}

/** @param read reads what does not stand as it should; undefined for a number that may have lost digits */
type Loop = (rows: readonly HeldRow[], name: string, read: (raw: Held) => Value | undefined) => boolean

// A loop of its own for each type, since one for all would look up at each value what its type is.
const loops: { readonly [Type in LogicalType]?: Loop } = {
  text: (rows, name, read) => {
    for (const row of rows) {
      const raw = row[name]
      if (raw === null || (typeof raw === 'string' && raw.length <= limits.text)) continue
      if (!put(row, name, read)) return false
    }
    return true
  },
  integer: (rows, name, read) => {
    for (const row of rows) {
      const raw = row[name]
      // A zero may be a negative one.
      if (Number.isSafeInteger(raw) && raw !== 0) continue
      if (!put(row, name, read)) return false
    }
    return true
  },
  decimal: (rows, name, read) => {
    for (const row of rows) {
      const raw = row[name]
      if (typeof raw === 'string' && raw.length <= limits.text && plainDecimal(raw) === raw) continue
      if (!put(row, name, read)) return false
    }
    return true
  },
  boolean: (rows, name, read) => {
    for (const row of rows) {
      const raw = row[name]
      if (raw === 1) row[name] = true
      else if (raw === 0) row[name] = false
      else if (!put(row, name, read)) return false
    }
    return true
  },
  date: (rows, name, read) => {
    for (const row of rows) {
      const raw = row[name]
      if (typeof raw === 'string' && raw.length === 10 && beginsWithDay(raw)) continue
      if (!put(row, name, read)) return false
    }
    return true
  },
  instant: (rows, name, read) => {
    for (const row of rows) {
      const raw = row[name]
      if (typeof raw === 'string' && plainInstant(raw) === raw) continue
      if (!put(row, name, read)) return false
    }
    return true
  },
}

function anyOther(rows: readonly HeldRow[], name: string, read: (raw: Held) => Value | undefined): boolean {
  for (const row of rows) if (!put(row, name, read)) return false
  return true
}

function put(row: HeldRow, name: string, read: (raw: Held) => Value | undefined): boolean {
  const raw = row[name]
  if (raw === undefined || raw === null) return true
  const value = read(raw)
  if (value === undefined) return false
  // From here on it is a row as plans answer it.
  ;(row as Record<string, Value>)[name] = value
  return true
}

function isInexact(raw: Held): boolean {
  return typeof raw === 'number' && Number.isInteger(raw) && !Number.isSafeInteger(raw)
}
