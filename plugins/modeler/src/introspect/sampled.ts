import { type Call, type Client, messageOf } from '@caruso/contract'
import type { Storage, TableDescription, Value } from '@caruso/storage/contract'

/** How values of a data source are read, and where is told what cannot be. */
export interface SampleOptions {
  readonly source: string
  readonly storage: Client<typeof Storage>
  call(): Call
  tell(words: string): void
}

export const sampleRows = 1_000

/** Values of the columns whose declared types say little, by table and column, without nulls. */
export async function sampled(tables: readonly TableDescription[], { source, storage, call, tell }: SampleOptions): Promise<ReadonlyMap<string, ReadonlyMap<string, readonly Value[]>>> {
  const samples = new Map<string, ReadonlyMap<string, readonly Value[]>>()
  for (const { name, schema, columns, problem, unreadable } of tables) {
    const asked = columns.filter(({ type, hidden }) => hidden !== true && (type === undefined || ['text', 'integer', 'date', 'instant'].includes(type))).map((column) => column.name)
    if (asked.length === 0 || schema !== undefined || problem !== undefined || unreadable === true) continue
    tell(`values of ${name}`)
    try {
      const { rows } = await storage.query({ source, from: name, columns: asked, limit: sampleRows }, call())
      samples.set(name, new Map(asked.map((column) => [column, rows.flatMap((row) => row[column] ?? [])])))
    } catch (error) {
      // A table that cannot be read is still described; its classes only know less.
      tell(`values of ${name} were not read: ${messageOf(error)}`)
    }
  }
  return samples
}
