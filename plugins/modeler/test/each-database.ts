import { narrow, type Call, type Client } from '@caruso/contract'
import storagePlugin from '@caruso/storage'
import { Storage } from '@caruso/storage/contract'
import { double, testPlugin } from '@caruso/testing'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, inject, onTestFinished } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import type { Objects } from '../src/contract.ts'
import modeler from '../src/index.ts'
import { temporaryFolder } from './harness.ts'

export type Kind = 'sqlite' | 'pg' | 'mysql'

/** To a server. */
const connections = 3

const names: Readonly<Record<Kind, string>> = { sqlite: 'SQLite', pg: 'PostgreSQL', mysql: inject('mysql') ?? 'MariaDB' }

/** The modeler over a database of one kind. */
export interface Tried {
  readonly kind: Kind
  readonly objects: Client<typeof Objects>
  readonly storage: Client<typeof Storage>
  /** A call of somebody who has these permissions beside those of the tests. */
  call(identity?: string, permissions?: readonly string[], key?: string): Call
  /** Lets another instance of the modeler take its place, which remembers no call. */
  swap(): Promise<void>
  /** Lets the storage read what was changed into its indexes for searches. */
  readMarks(): Promise<void>
  /** Changes the database as another application does. */
  run(sql: string): Promise<void>
}

/** Describes what holds on every database; each test has a database of its own. */
export function onEachDatabase(what: string, tests: (open: (tables: readonly string[], files: Readonly<Record<string, string>>) => Promise<Tried>, kind: Kind) => void): void {
  describe.each(Object.keys(names) as Kind[])(`${what} on %s`, (kind) => {
    describe.skipIf(kind === 'mysql' && inject('mysql') === undefined)(names[kind], () => {
      tests((tables, files) => openTried(kind, tables, files), kind)
    })
  })
}

/** The modeler over a database of this kind, which ends with the test. */
export async function openTried(kind: Kind, tables: readonly string[], files: Readonly<Record<string, string>>): Promise<Tried> {
  const folder = temporaryFolder()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const source = kind === 'sqlite' ? { kind, file: join(folder, 'data.db') } : { ...(await freshDatabase(kind)), connections }
  const beneath = await testPlugin(storagePlugin, { config: { sources: { crm: source } } })
  onTestFinished(() => beneath.close())
  const { storage } = beneath.clients
  const run = async (sql: string): Promise<void> => void (await storage.sql({ source: 'crm', sql, write: true }, beneath.call({ permissions: ['storage.sql'] })))
  for (const table of tables) await run(table)
  // Those that were opened later, the modeler would seem to leave behind.
  await Promise.all(Array.from({ length: connections }, () => storage.sql({ source: 'crm', sql: 'select 1 as one' }, beneath.call({ permissions: ['storage.sql'] }))))
  const kit = await testPlugin(modeler, { config: { model: join(folder, 'model'), mapping: join(folder, 'mapping'), policies: join(folder, 'policies'), source: 'crm' }, requires: { storage: double(Storage, { ...storage, transact: (input, call) => storage.transact(input, narrowed(call, call.key)) }) } })
  onTestFinished(() => kit.close())
  return { kind, objects: kit.clients.objects, storage, run, readMarks: () => beneath.clock.advance(2_000), swap: () => kit.handOver(modeler), call: (identity = 'tester', permissions = ['objects.removed'], key) => narrowed(kit.call({ as: identity, permissions: [...permissions] }), key) }
}

function narrowed(call: Call, key: string | undefined): Call {
  return key === undefined ? call : narrow(call, { key })
}
