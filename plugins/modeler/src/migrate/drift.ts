import type { Applied, AppliedTable, DescribedTable } from './applied.ts'
import { isLike, isSearch } from './model-diff.ts'

/** What the database has otherwise than the last applied model says, in words. */
export function driftOf(applied: Applied, described: readonly DescribedTable[]): string[] {
  return applied.flatMap((table) => {
    const there = described.find(({ name }) => name === table.name)
    return there === undefined ? [`table ${table.name} is missing`] : [...columnsOf(table, there), ...indexesOf(table, there), ...referencesOf(table, there), ...searchOf(table, there)].map((words) => `${table.name}: ${words}`)
  })
}

/** Tables that no class is stored in. */
export function strangers(described: readonly DescribedTable[], known: ReadonlySet<string>): string[] {
  return described.filter(({ name, kind }) => kind === 'table' && !known.has(name)).map(({ name }) => name)
}

function columnsOf({ columns, created }: AppliedTable, there: DescribedTable): string[] {
  const missing = columns.filter(({ name }) => !there.columns.some((column) => column.name === name)).map(({ name }) => `column ${name} is missing`)
  const other = columns.filter((column) => there.columns.some(({ name }) => name === column.name) && !isLike(there, column)).map(({ name }) => `column ${name} is declared otherwise`)
  const more = created ? there.columns.filter(({ name }) => !columns.some((column) => column.name === name)).map(({ name }) => `column ${name} is not in the model`) : []
  return [...missing, ...other, ...more]
}

function indexesOf({ indexes, created }: AppliedTable, there: DescribedTable): string[] {
  const found = [...there.unique.map(({ columns, name }) => ({ name: name ?? columns.join('_'), columns })), ...there.indexes.map(({ name, parts }) => ({ name, columns: parts.flatMap(({ column }) => column ?? []) }))]
  const is = (a: readonly string[], b: readonly string[]): boolean => a.join('\n') === b.join('\n')
  const missing = indexes.filter(({ parts }) => !found.some(({ columns }) => is(columns, parts.map(({ column }) => column)))).map(({ name }) => `index ${name} is missing`)
  // MySQL makes one for each reference.
  const ours = (columns: readonly string[]): boolean => indexes.some(({ parts }) => is(columns, parts.map(({ column }) => column))) || there.foreignKeys.some((key) => is(columns, key.columns))
  return [...missing, ...(created ? found.filter(({ columns }) => !ours(columns)).map(({ name }) => `index ${name} is not in the model`) : [])]
}

function referencesOf({ foreignKeys, created }: AppliedTable, there: DescribedTable): string[] {
  const text = ({ columns, table }: { readonly columns: readonly string[]; readonly table: string }): string => JSON.stringify([columns, table])
  const missing = foreignKeys.filter((key) => !there.foreignKeys.some((one) => text(one) === text(key))).map(({ columns, table }) => `the reference of ${columns.join(', ')} to ${table} is missing`)
  const more = created ? there.foreignKeys.filter((one) => !foreignKeys.some((key) => text(key) === text(one))).map(({ columns, table }) => `a reference of ${columns.join(', ')} to ${table} is not in the model`) : []
  return [...missing, ...more]
}

function searchOf({ search, created }: AppliedTable, there: DescribedTable): string[] {
  if (search === undefined) return created && there.search !== undefined ? ['an index for searches is not in the model'] : []
  if (there.search === undefined) return ['its index for searches is missing']
  if (there.search.faults.length > 0) return there.search.faults.map((fault) => `its index for searches is not whole, which apply mends: ${fault}`)
  return isSearch(there, search) ? [] : ['its index for searches has other columns']
}
