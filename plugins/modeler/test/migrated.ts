import storagePlugin from '@caruso/storage'
import { titleOf } from '@caruso/storage/contract'
import { testPlugin } from '@caruso/testing'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import { linkedFiles } from '../src/commands/linked-files.ts'
import { appliedBy } from '../src/migrate/apply-model.ts'
import { ModelSource } from '../src/migrate/model-source.ts'
import { temporaryFolder } from './harness.ts'

export type Files = Readonly<Record<string, string>>

/** A data source whose model is written anew by `model`, with the mappings under `mapping/`. */
export async function crm(kind: 'sqlite' | 'pg' | 'mysql'): Promise<{ readonly folder: string; readonly query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>; readonly model: (files: Files) => Promise<ModelSource>; readonly run: (sql: string) => Promise<void>; readonly rows: (from: string) => Promise<readonly unknown[]>; readonly readMarks: () => Promise<void> }> {
  const folder = temporaryFolder()
  const config = kind === 'sqlite' ? { kind, file: join(folder, 'crm.db') } : { ...(await freshDatabase(kind)) }
  writeFileSync(join(folder, 'assembly.yaml'), `assembly: crm\ncomponents:\n  storage: { plugin: '@caruso/storage', config: { sources: { crm: ${JSON.stringify(config)} } } }\n  modeler: { plugin: '@caruso/modeler' }\n`)
  const kit = await testPlugin(storagePlugin, { config: { sources: { crm: config } } })
  onTestFinished(() => kit.close())
  const { storage } = kit.clients
  const call = (): ReturnType<typeof kit.call> => kit.call({ permissions: ['storage.alter', 'storage.sql'], timeout: 60_000 })
  const place = { root: folder, model: join(folder, 'model'), mapping: join(folder, 'mapping'), policies: join(folder, 'policies'), source: 'crm', declared: [] }
  return {
    folder,
    query: async (sql) => (await storage.sql({ source: 'crm', sql }, call())).rows,
    model: async (files) => {
      for (const path of [place.model, place.mapping]) {
        rmSync(path, { recursive: true, force: true })
        mkdirSync(path)
      }
      for (const [name, text] of Object.entries(files)) writeFileSync(join(name.startsWith('mapping/') ? folder : place.model, `${name}.yaml`), text)
      const { classes, mistakes } = await linkedFiles(place)
      expect(mistakes).toEqual([])
      return new ModelSource('crm', kind, { classes }, { storage, call })
    },
    run: async (sql) => void (await storage.sql({ source: 'crm', sql, write: true }, call())),
    readMarks: () => kit.clock.advance(2_000),
    rows: async (from) => (await storage.query({ source: 'crm', from }, call())).rows,
  }
}

/** What the database says of itself, but for the order of columns and the guesses of how many rows there are. */
export async function catalogue(source: ModelSource): Promise<unknown> {
  const { tables } = await source.state()
  return tables.map((table) => ({ ...table, rows: undefined, columns: table.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }))
}

/** What an apply would do. */
export async function planned(source: ModelSource): Promise<string[]> {
  const { tables, kept, last } = await source.state()
  return source.diff(tables, appliedBy(last), kept).steps.map(({ change }) => titleOf(change))
}
