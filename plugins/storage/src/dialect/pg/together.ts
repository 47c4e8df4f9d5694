import type { Bound } from '../../codec.ts'
import type { Together } from '../../sql-builder.ts'

/** A list of texts for each column. */
export const pgTogether: Together = {
  given: (columns) => {
    const names = Array.from({ length: columns }, (_, index) => index)
    return `unnest(${names.map((index) => `$${index + 1}::text[]`).join(', ')}) as given (${names.map((index) => `p${index}`).join(', ')})`
  },
  assigned: (value, { declared }) => `${value}::${declared}`,
  bind: (values) => `{${values.map(element).join(',')}}`,
}

/** As PostgreSQL writes it in a list, where most values stand as they are. */
function element(value: Bound): string {
  if (value === null) return 'NULL'
  if (value instanceof Uint8Array) return `"\\\\x${Buffer.from(value).toString('hex')}"`
  const text = String(value)
  if (plain.test(text)) return text
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`
}

// Of what else stands by itself, "NULL" would be none, and braces, commas and blanks would divide.
const plain = /^(?!null$)[\w.:+@-]+$/i
