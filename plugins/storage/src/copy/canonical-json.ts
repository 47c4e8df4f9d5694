import { decimalText } from '../logical.ts'

/** The text of JSON with sorted names, without blanks, each number as a plain decimal: databases keep it so, or as it was written. */
export function canonicalJson(text: string): string {
  return written(JSON.parse(text, (_, value: unknown, { source }: { readonly source?: string } = {}) => (typeof value === 'number' ? new Digits(decimalText(source ?? '') ?? source ?? '') : value)))
}

/** A number by its digits, of which JavaScript's would lose some. */
class Digits {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

function written(value: unknown): string {
  if (value instanceof Digits) return value.text
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => `${JSON.stringify(name)}:${written(one)}`).join(',')}}`
}
