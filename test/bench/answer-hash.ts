import { createHash } from 'node:crypto'

/** The same for answers that are the same as JSON, in whatever order an object has its properties. */
export function answerHash(answer: unknown): string {
  return createHash('sha256').update(JSON.stringify(sorted(JSON.parse(JSON.stringify(answer))))).digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]))
}
