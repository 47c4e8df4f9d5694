import type { Change } from '@caruso/storage/contract'
import type { DescribedTable } from './applied.ts'
import { isLike, isSearch } from './model-diff.ts'

/** A change is made already, as far as the database says. */
export function isMade(change: Change, described: readonly DescribedTable[]): boolean {
  const table = (name: string): DescribedTable | undefined => described.find((one) => one.name === name)
  if ('createTable' in change) return table(change.createTable) !== undefined
  if ('dropTable' in change) return table(change.dropTable) === undefined
  if ('renameTable' in change) return table(change.to) !== undefined && table(change.renameTable) === undefined
  const found = table(change.table)
  return found !== undefined && isMadeIn(change, found)
}

type OfTable = Extract<Change, { readonly table: string }>

function isMadeIn(change: OfTable, found: DescribedTable): boolean {
  const column = (name: string): DescribedTable['columns'][number] | undefined => found.columns.find((one) => one.name === name)
  const hasIndex = (name: string): boolean => [...found.unique, ...found.indexes].some((index) => index.name === name)
  const refers = (columns: readonly string[]): boolean => found.foreignKeys.some((key) => key.columns.join('\n') === columns.join('\n'))
  if ('addColumn' in change) return column(change.addColumn.name) !== undefined
  if ('dropColumn' in change) return column(change.dropColumn) === undefined
  if ('renameColumn' in change) return column(change.to) !== undefined && column(change.renameColumn) === undefined
  if ('addIndex' in change) return hasIndex(change.addIndex.name)
  if ('dropIndex' in change) return !hasIndex(change.dropIndex)
  if ('addForeignKey' in change) return refers(change.addForeignKey.columns)
  if ('dropForeignKey' in change) return !refers(change.dropForeignKey)
  if ('dropUnique' in change) return !found.unique.some(({ columns }) => columns.join('\n') === change.dropUnique.join('\n'))
  if ('addSearch' in change) return isSearch(found, change.addSearch)
  // One with other columns has come after it; one that is not whole may be what is left of it.
  if ('dropSearch' in change) return found.search === undefined || (found.search.faults.length === 0 && !isSearch(found, change.dropSearch))
  return isLike(found, change.changeColumn)
}
