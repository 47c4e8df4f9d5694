import { declaredSize } from '../../declared-size.ts'
import type { ColumnDescription, TableDescription } from '../../description.ts'
import { keysTable } from '../../keys.ts'
import type { ServerConnection } from '../../server-connection.ts'
import { withoutEmpty } from '../../without-empty.ts'
import { naturalType } from './codecs.ts'
import { tablesAsJson } from './describe-sql.ts'

/** What PostgreSQL says of a column, with its nulls and with the name of the type it is kept as. */
type Said = { readonly [Key in keyof Omit<ColumnDescription, 'type'>]: ColumnDescription[Key] | null } & Pick<ColumnDescription, 'name' | 'declared' | 'nullable'> & { readonly stored: string }

type SaidTable = Omit<TableDescription, 'columns'> & { readonly columns: readonly Said[] }

/** The tables and views of all schemas, whether the user may read them or not; those of the search path first. */
export async function* describeTables(connection: ServerConnection): AsyncGenerator<TableDescription, void> {
  for await (const rows of connection.stream(tablesAsJson, [])) {
    for (const [json] of rows) {
      const { columns, ...table } = JSON.parse(String(json), present) as SaidTable
      if (table.name !== keysTable) yield { ...table, columns: columns.map(describeColumn) }
    }
  }
}

function describeColumn({ stored, ...said }: Said): ColumnDescription {
  const type = naturalType({ stored })
  const { default: fallback } = said
  return withoutEmpty<ColumnDescription>({
    ...said,
    type,
    ...(said.several ? {} : declaredSize(type, said.domain?.base ?? said.declared)),
    default: /^null(::|$)/i.test(fallback ?? '') ? undefined : fallback,
  })
}

/** Leaves out what is null. */
function present(_key: string, value: unknown): unknown {
  return value === null ? undefined : value
}
