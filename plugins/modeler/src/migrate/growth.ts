import { titleOf, type NewColumn, type TableDescription } from '@caruso/storage/contract'
import { ModelerError } from '../errors.ts'
import type { Applied, Step } from './applied.ts'
import type { WantedTable } from './wanted.ts'

/** What is wanted, with all that was applied beside it. */
export function withoutLoss(wanted: readonly WantedTable[], applied: Applied): readonly WantedTable[] {
  const names = new Set(wanted.map(({ name }) => name))
  return [...wanted.map((table) => withColumnsOf(table, applied)), ...applied.filter(({ name }) => !names.has(name))]
}

function withColumnsOf(table: WantedTable, applied: Applied): WantedTable {
  const before = applied.find(({ name }) => name === table.name)
  const left = before?.columns.filter(({ name }) => !table.columns.some((column) => column.name === name)) ?? []
  if (before === undefined || left.length === 0) return table
  const isLeft = (column: string): boolean => left.some(({ name }) => name === column)
  return {
    ...table,
    columns: [...table.columns, ...left],
    indexes: [...table.indexes, ...before.indexes.filter(({ parts }) => parts.some(({ column }) => isLeft(column)))],
    foreignKeys: [...table.foreignKeys, ...before.foreignKeys.filter(({ columns }) => columns.some(isLeft))],
  }
}

/** @throws ModelerError `CHANGE_REFUSED` where a change takes away from what somebody may still use */
export function requireGrowth(steps: readonly Step[], tables: readonly TableDescription[], source: string): void {
  const taking = steps.map(({ change }) => change).filter((change) => {
    if ('changeColumn' in change) return !isWider(change.changeColumn, tables.find(({ name }) => name === change.table))
    return 'dropTable' in change || 'dropColumn' in change || 'renameColumn' in change || 'renameTable' in change
  })
  if (taking.length > 0) throw new ModelerError('CHANGE_REFUSED', `Let the model of data source "${source}" grow: ${taking.map(titleOf).join(', ')} would take away what the version before may still use`)
}

function isWider(wanted: NewColumn, table: TableDescription | undefined): boolean {
  const there = table?.columns.find(({ name }) => name === wanted.name)
  if (there === undefined || there.type !== wanted.type || (there.nullable && !wanted.nullable)) return false
  const holds = (now: number | undefined, before: number | undefined): boolean => now === undefined || (before !== undefined && now >= before)
  return holds(wanted.length, there.length) && holds(wanted.digits, there.digits) && holds(wanted.places, there.places ?? 0)
}
