import type { Together } from '../../sql-builder.ts'

/** Many rows are updated by one statement: a list of texts for each of their values. */
export const pgTogether: Together = {
  update: (table, set, where, columns) => {
    const names = Array.from({ length: columns }, (_, index) => index)
    const lists = names.map((index) => `$${index + 1}::text[]`).join(', ')
    return `update ${table} set ${set} from unnest(${lists}) as given (${names.map((index) => `p${index}`).join(', ')}) where ${where}`
  },
  assigned: (value, { declared }) => `${value}::${declared}`,
  bind: (columns) => {
    const bound: string[] = []
    for (const column of columns) {
      const list = listOf(column)
      if (list === undefined) return undefined
      bound.push(list)
    }
    return bound
  },
}

/** As PostgreSQL writes a list. */
function listOf(values: readonly unknown[]): string | undefined {
  let list = '{'
  for (const value of values) {
    if (value !== null && typeof value !== 'string') return undefined
    list += `${list === '{' ? '' : ','}${value === null ? 'NULL' : quoted(value)}`
  }
  return `${list}}`
}

function quoted(text: string): string {
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`
}
