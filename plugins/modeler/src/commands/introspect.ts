import { CarusoError, type Call, type Client, type CommandContext } from '@caruso/contract'
import { Storage, type TableDescription } from '@caruso/storage/contract'
import { relative } from 'node:path'
import { describedModel, type Unmapped } from '../introspect/described-model.ts'
import { ModelWriter, type Written } from '../introspect/model-writer.ts'
import { modelerIn } from './modeler-in.ts'
import { provenModel } from '../introspect/proven-model.ts'
import { sampled } from '../introspect/sampled.ts'

/** Milliseconds for a whole catalogue, and for the values of one table. */
const patience = { describe: 600_000, sample: 60_000 }

export interface IntrospectInput {
  readonly source?: string
  readonly sample?: boolean
  readonly currency?: string
  readonly force?: boolean
}

/** `caruso model introspect`: writes classes and their mapping from what a database says of itself. */
export async function introspect({ source, sample = false, currency, force = false }: IntrospectInput, context: CommandContext): Promise<void> {
  if (source === undefined) throw new CarusoError('USAGE', 'Ran "caruso model introspect": expected the name of a data source')
  const place = await modelerIn(context)
  const { terminal } = context
  const { classes, unmapped, written } = await context.alone(Storage, async (storage, call) => {
    const tables = await describedTables(storage, source, call(patience.describe))
    terminal.progress(`  ${tables.length} tables and views`)
    const writer = await ModelWriter.open(place)
    const options = { source, currency, taken: writer.taken(source, place.source), made: writer.made(source, place.source, force) }
    const read = { source, storage, call: () => call(patience.sample), tell: (words: string) => terminal.progress(`  ${words}`) }
    const model = sample ? await provenModel(tables, { ...options, samples: await sampled(tables, read) }, read) : describedModel(tables, options)
    return { ...model, written: await writer.write(model.classes, source, force) }
  })
  const named = (files: readonly string[]): string[] => files.map((file) => relative(place.root, file))
  const told = { written: named(written.written), same: named(written.same), kept: named(written.kept) }
  terminal.answer({ source, classes: classes.map((one) => one.class), ...told, unmapped }, () => wordsOf(source, classes.length, told, unmapped))
}

async function describedTables(storage: Client<typeof Storage>, source: string, call: Call): Promise<TableDescription[]> {
  const tables: TableDescription[] = []
  for await (const batch of storage.describe({ source }, call)) tables.push(...batch.tables)
  return tables
}

function wordsOf(source: string, classes: number, { written, same, kept }: Written, unmapped: readonly Unmapped[]): string {
  return [
    `${classes} classes of data source ${source}: ${written.length} files written, ${same.length} as they were`,
    ...(kept.length === 0 ? [] : ['Kept as somebody has changed them (--force overwrites those with the names that are written here):', ...kept.map((file) => `  ${file}`)]),
    ...(unmapped.length === 0 ? [] : ['Left out:', ...unmapped.map(({ table, column, why }) => `  ${table}${column === undefined ? '' : `, ${column}`}: ${why}`)]),
    'Type next: caruso model check',
  ].join('\n')
}
