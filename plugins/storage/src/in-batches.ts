import type { TableDescription } from './description.ts'
import { limits } from './limits.ts'

/** Descriptions in batches that fit into a message; one that alone would not is told by its name. */
export async function* inBatches(tables: AsyncIterable<TableDescription>): AsyncGenerator<readonly TableDescription[], void> {
  let batch: TableDescription[] = []
  let size = 0
  for await (const table of tables) {
    const length = JSON.stringify(table).length
    batch.push(length > limits.description ? withoutDetails(table, length) : table)
    size += Math.min(length, limits.description)
    if (size < limits.batchText && batch.length < limits.batchRows) continue
    yield batch
    ;[batch, size] = [[], 0]
  }
  if (batch.length > 0) yield batch
}

function withoutDetails({ name, schema, kind }: TableDescription, length: number): TableDescription {
  const problem = `Described ${JSON.stringify(name)} in ${length} characters: at most ${limits.description} are answered`
  return { name, ...(schema === undefined ? {} : { schema }), kind, columns: [], key: [], unique: [], indexes: [], foreignKeys: [], checks: [], problem }
}
