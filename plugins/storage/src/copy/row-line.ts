import { hash } from 'node:crypto'
import type { Value } from '../contract.ts'
import type { LogicalType } from '../logical-type.ts'
import { canonicalJson } from './canonical-json.ts'

/** Makes the text of a value; the same for the same value of a type, whichever database it came from. */
export type Field = (value: Value) => string

/**
 * A field as PostgreSQL's `copy` reads it, which is also what is compared: null is `\N`, and no value contains the tab
 * between two fields or the end of a line.
 */
export function fieldOf(type: LogicalType): Field {
  return fields[type] ?? ((value) => (value === null ? empty : String(value as string | number | boolean)))
}

/** As `fieldOf`, where values that mean the same may be written in several ways. */
export function comparedFieldOf(type: LogicalType): Field {
  return type === 'json' ? (value) => (value === null ? empty : escaped(canonicalJson(String(value as string)))) : fieldOf(type)
}

/** The text that two rows have in common only if all their values are the same. */
export function lineOf(fields: readonly Field[], values: readonly Value[]): string {
  let line = ''
  for (let index = 0; index < fields.length; index++) line += (index === 0 ? '' : '\t') + (fields[index]?.(values[index] ?? null) ?? '')
  return line
}

const empty = '\\N'

const fields: { readonly [Type in LogicalType]?: Field } = {
  text: (value) => (typeof value === 'string' ? escaped(value) : empty),
  json: (value) => (typeof value === 'string' ? escaped(value) : empty),
  bytes: (value) => (typeof value === 'object' && value !== null ? `\\\\x${Buffer.from(value.bytes, 'base64').toString('hex')}` : empty),
}

// oxlint-disable-next-line no-control-regex -- these are the signs that PostgreSQL's "copy" writes so
const special = /[\\\b\t\n\v\f\r]/g
const signs: Readonly<Record<string, string>> = { '\\': '\\\\', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r' }

function escaped(text: string): string {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 92 || (code < 14 && code > 7)) return text.replace(special, (sign) => signs[sign] ?? sign)
  }
  return text
}

/**
 * What the rows of a table add up to, whatever their order: the sums of the four parts of each row's hash. A row that
 * is missing, there twice or different in any cell changes it.
 */
export class RowSum {
  readonly #parts: Uint32Array

  constructor(written = '0,0,0,0') {
    this.#parts = Uint32Array.from(written.split(','), Number)
  }

  add(line: string): void {
    // As characters, which takes half as long as a buffer for each row.
    const found = hash('sha1', line, 'binary')
    for (let part = 0; part < 4; part++) this.#parts[part] = (this.#parts[part] ?? 0) + (found.charCodeAt(part * 4) | (found.charCodeAt(part * 4 + 1) << 8) | (found.charCodeAt(part * 4 + 2) << 16) | (found.charCodeAt(part * 4 + 3) << 24))
  }

  addSum(other: RowSum): void {
    for (let part = 0; part < 4; part++) this.#parts[part] = (this.#parts[part] ?? 0) + (other.#parts[part] ?? 0)
  }

  toString(): string {
    return this.#parts.join(',')
  }
}

/** In which of so many parts a row with this key is. */
export function bucketOf(key: string, count: number): number {
  return Number.parseInt(hash('sha1', key, 'hex').slice(0, 8), 16) % count
}
