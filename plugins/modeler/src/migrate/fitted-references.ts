import type { NewColumn } from '@caruso/storage/contract'
import type { Applied, DescribedTable } from './applied.ts'
import type { WantedColumn, WantedTable } from './wanted.ts'

type Like = NonNullable<NewColumn['like']>

/**
 * The tables with columns as another application declares those that they refer to, straight or over tables of ours:
 * databases refuse references between some types. What was made before stays as it is.
 */
export function fittedReferences(wanted: readonly WantedTable[], applied: Applied, described: readonly DescribedTable[]): WantedTable[] {
  const others = new Map(described.filter(({ name }) => !applied.some((table) => table.created && table.name === name)).map((table) => [table.name, table]))
  const origin = ({ foreignKeys }: Pick<WantedTable, 'foreignKeys'>, column: string, seen: readonly string[] = []): Like | undefined => {
    for (const { table, columns, references } of foreignKeys) {
      const reference = references[columns.indexOf(column)]
      if (reference === undefined || seen.includes(table)) continue
      const found = others.has(table) ? { table, column: reference } : origin(wanted.find(({ name }) => name === table) ?? { foreignKeys: [] }, reference, [...seen, table])
      if (found !== undefined) return found
    }
    return undefined
  }
  return wanted.map((table) => {
    const ours = applied.find(({ name }) => name === table.name)?.columns ?? []
    const fitted = table.columns.map((column) => {
      const like = origin(table, column.name)
      const declared = others.get(like?.table ?? '')?.columns.find(({ name }) => name === like?.column)
      if (like === undefined || declared === undefined) return column
      const known = ours.find(({ name, path }) => name === column.name || path === column.path || column.was?.includes(path) === true)
      return { ...sized(column, known ?? declared), like }
    })
    return { ...table, columns: fitted }
  })
}

function sized(column: WantedColumn, { type = column.type, length, digits, places }: Partial<Pick<NewColumn, 'type' | 'length' | 'digits' | 'places'>>): WantedColumn {
  const { length: _, digits: __, places: ___, ...rest } = column
  return { ...rest, type, ...(length === undefined ? {} : { length }), ...(digits === undefined ? {} : { digits }), ...(places === undefined ? {} : { places }) }
}
