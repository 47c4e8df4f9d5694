import { codeOf, messageOf } from '@caruso/contract'
import type { BulkTable } from '../../copy/bulk.ts'
import { brokenRow } from '../../copy/broken-row.ts'
import { toStorageError } from './failures.ts'

/** What the server says of a line that it did not take with `copy`, told by the row that it is; of anything else, itself. */
export function refusedLine(error: unknown, table: BulkTable, lines: Uint8Array): unknown {
  const { name, columns, key } = table
  // A full disk is told with the line that came last, and no fault of it.
  if (/^(SOURCE_|CANCELLED)/.test(codeOf(toStorageError(error, '')) ?? '')) return error
  const begin = `COPY ${name}, line `
  const where = whereOf(error).split('\n').findLast((line) => line.startsWith(begin))?.slice(begin.length)
  const [number] = where?.split(/[,:]/) ?? []
  if (where === undefined || number === undefined) return error
  const fields = Buffer.from(lines).toString('utf8').split('\n')[Number(number) - 1]?.split('\t') ?? []
  const column = columns.find((one) => `${where}: `.startsWith(`${number}, column ${one.name}: `))
  const values = key.map((part) => fields[columns.findIndex((one) => one.name === part)])
  return brokenRow(table, values, `${column === undefined ? '' : `column ${JSON.stringify(column.name)}: `}${messageOf(error)}`, error)
}

/** In which context the server refused something. */
function whereOf(error: unknown): string {
  return error instanceof Error && 'where' in error && typeof error.where === 'string' ? error.where : ''
}
