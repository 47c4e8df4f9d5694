import type { Client } from '@caruso/contract'
import storagePlugin from '@caruso/storage'
import { Storage, type TableDescription } from '@caruso/storage/contract'
import { double, testPlugin, type PluginKit } from '@caruso/testing'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { TestDatabase } from '../../../test/databases.ts'
import type { Objects } from '../src/contract.ts'
import modeler from '../src/index.ts'
import type { DescribedModel } from '../src/introspect/described-model.ts'
import { temporaryFolder } from './harness.ts'

/** A storage over one database that another application made. */
export interface Legacy {
  readonly storage: Client<typeof Storage>
  readonly call: PluginKit<never, never>['call']
  /** What the database says of itself. */
  tables(): Promise<TableDescription[]>
  /** The modeler over a model of it. */
  objects(model: DescribedModel): Promise<{ readonly objects: Client<typeof Objects>; readonly health: { readonly ok: boolean; readonly detail?: string } }>
}

export async function legacy(config: TestDatabase | { readonly kind: 'sqlite'; readonly file: string }): Promise<Legacy> {
  // One connection, which is there before the modeler: another that its requests open would count as left by it.
  const beneath = await testPlugin(storagePlugin, { config: { sources: { old: { ...config, ...(config.kind === 'sqlite' ? {} : { connections: 1 }) } } } })
  onTestFinished(() => beneath.close())
  const { storage } = beneath.clients
  const call = (): ReturnType<typeof beneath.call> => beneath.call({ permissions: ['storage.sql'], timeout: 60_000 })
  return {
    storage,
    call,
    tables: async () => {
      const tables: TableDescription[] = []
      for await (const batch of storage.describe({ source: 'old' }, call())) tables.push(...batch.tables)
      return tables
    },
    objects: async (model) => {
      const folder = temporaryFolder()
      for (const one of model.classes) for (const kind of ['model', 'mapping'] as const) put(join(folder, kind, `${one.class}.yaml`), one[kind])
      const kit = await testPlugin(modeler, { config: { model: join(folder, 'model'), mapping: join(folder, 'mapping') }, requires: { storage: double(Storage, storage) } })
      onTestFinished(() => kit.close())
      return { objects: kit.clients.objects, health: await kit.health() }
    },
  }
}

/** Runs the script of another application, without the database that it makes for itself. */
export async function runScript({ storage, call }: Legacy, file: string): Promise<void> {
  for (const sql of statementsOf(readFileSync(file, 'utf8'))) await storage.sql({ source: 'old', sql, write: true }, call())
}

/** Rows that stand in statements of their own come together, up to what the storage takes in one. */
function statementsOf(script: string): string[] {
  const made = script.replace(/^\uFEFF?(?:[^]*\n(?:\\c|USE) [^\n]*;)?/, '').replaceAll(/\/\*[^]*?\*\/|^--[^\n]*$|^SET [^\n]*$/gm, '')
  const statements: string[] = []
  let open: { readonly head: string; readonly rows: string[] } = { head: '', rows: [] }
  const close = (): void => void (open.rows.length > 0 && statements.push(`${open.head} ${open.rows.join(',')}`))
  for (const statement of made.split(/;\s*$/m).map((one) => one.trim())) {
    const [, head = '', rows = ''] = /^(insert into [^\n]*? values)\s+(.*)$/is.exec(statement) ?? []
    for (const row of rows.split(/,\n\s*(?=\()/).filter((one) => one !== '')) {
      if (open.head !== head || open.rows.length === 300) {
        close()
        open = { head, rows: [] }
      }
      open.rows.push(row)
    }
    if (head !== '' || statement === '') continue
    close()
    open = { head: '', rows: [] }
    statements.push(statement)
  }
  close()
  return statements
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
