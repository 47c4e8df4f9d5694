import { decode } from './codec.ts'
import type { Decoder } from './codec.ts'
import type { Row, Value } from './contract.ts'
import { decodeColumn } from './decode-column.ts'
import type { HeldRow } from './decode-column.ts'
import type { Raw } from './logical.ts'

/** What makes rows as plans answer them of what a statement gives, one or many at once. */
export interface RowReader {
  readonly row: (values: readonly Raw[]) => Row
  readonly rows: (all: readonly (readonly Raw[])[]) => Row[]
  /** The same of rows that the driver has made, by name, which become those that are answered. Undefined where a whole number may have lost digits. */
  readonly inPlace: (found: readonly HeldRow[]) => Row[] | undefined
}

/** How each column is read is known before the first row. */
export function rowReader(columns: readonly string[], decoders: readonly Decoder[]): RowReader {
  const cells = columns.map((name, index) => ({ name, decoder: decoders[index] }))
  // A row that begins as a copy has its shape at once. One that grows to many columns becomes a table of hashes, which costs twice the time and ten times the memory.
  const template: Record<string, Value> = Object.fromEntries(columns.map((name) => [name, null]))
  const rows = (all: readonly (readonly Raw[])[]): Row[] => {
    const made = all.map(() => ({ ...template }))
    // Column by column: where the engine keeps a name is looked up once, and not for each of a thousand columns in each row.
    for (const [index, { name, decoder }] of cells.entries()) {
      for (let at = 0; at < all.length; at++) {
        const raw = all[at]?.[index] ?? null
        const row = made[at]
        if (raw !== null && row !== undefined) row[name] = decode(decoder, raw, name)
      }
    }
    return made
  }
  return {
    rows,
    inPlace: (found) => (cells.every(({ name, decoder }) => decodeColumn(found, name, decoder)) ? (found as Row[]) : undefined),
    row: (values) => {
      const row = { ...template }
      for (let index = 0; index < cells.length; index++) {
        const cell = cells[index]
        const raw = values[index] ?? null
        if (raw !== null && cell !== undefined) row[cell.name] = decode(cell.decoder, raw, cell.name)
      }
      return row
    },
  }
}
