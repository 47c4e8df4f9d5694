import type { LogicalType } from '../logical-type.ts'
import type { NewColumn } from '../alter/change.ts'
import { fromRaw } from '../logical.ts'

/** The value that a default stands for in the words of whichever database; undefined for an expression. */
export function plainDefault(type: LogicalType, written: string): NewColumn['default'] {
  const text = withoutParentheses(written.trim()).replace(/^((?:'(?:[^']|'')*')|[-\d.]+)::[\w\s"[\](),]+$/, '$1')
  const quoted = /^'((?:[^']|'')*)'$/.exec(text)?.[1]?.replaceAll("''", "'")
  if (quoted === undefined && !/^(true|false|[-+]?\d+(\.\d+)?)$/i.test(text)) return undefined
  if (type === 'bytes') return undefined
  const found = fromRaw(type, quoted ?? text)
  return found === null || typeof found === 'object' ? undefined : found
}

function withoutParentheses(text: string): string {
  const inner = /^\((.*)\)$/s.exec(text)?.[1]
  return inner === undefined ? text : withoutParentheses(inner.trim())
}
