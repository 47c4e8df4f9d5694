import type { Call, Client } from '@caruso/contract'
import storagePlugin from '@caruso/storage'
import { Storage } from '@caruso/storage/contract'
import { double, testPlugin, type transports } from '@caruso/testing'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Objects } from '../src/contract.ts'
import modeler from '../src/index.ts'

export interface Opened {
  readonly objects: Client<typeof Objects>
  readonly storage: Client<typeof Storage>
  readonly logs: readonly unknown[]
  readonly file: string
  call(as?: { readonly identity: string; readonly permissions: readonly string[] }): Call
  /** Lets another instance of the modeler take its place, as a swap does. */
  swap(): Promise<void>
  health(): ReturnType<Awaited<ReturnType<typeof testPlugin>>['health']>
  /** How many statements ran since it was last asked. */
  statements(): number
}

/** The modeler over a storage in a host of its own, so that its statements are counted on the way; with a SQLite file, made by SQL or copied. */
export async function openModel(data: string | { readonly copyOf: string }, files: Readonly<Record<string, string>>, options: { readonly config?: { readonly source?: string; readonly declared?: string[] }; readonly transport?: (typeof transports)[number] } = {}): Promise<Opened> {
  const folder = temporaryFolder()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const file = join(folder, 'crm.db')
  if (typeof data === 'string') runSql(file, data)
  else copyFileSync(data.copyOf, file)
  const transport = options.transport ?? 'direct'
  const beneath = await testPlugin(storagePlugin, { config: { sources: { crm: { kind: 'sqlite', file } } }, transport })
  onTestFinished(() => beneath.close())
  const { storage } = beneath.clients
  let statements = 0
  const counted = double(Storage, {
    ...storage,
    query: (plan, call) => {
      statements++
      return storage.query(plan, call)
    },
    stream: (plan, call) => {
      statements++
      return storage.stream(plan, call)
    },
  })
  const config = { model: join(folder, 'model'), mapping: join(folder, 'mapping'), policies: join(folder, 'policies'), source: 'crm', ...options.config }
  const kit = await testPlugin(modeler, { config, requires: { storage: counted }, transport })
  onTestFinished(() => kit.close())
  return {
    objects: kit.clients.objects,
    storage,
    logs: kit.logs,
    file,
    call: (as) => kit.call(as ? { as: as.identity, permissions: [...as.permissions] } : { permissions: ['objects.declare', 'storage.sql'] }),
    swap: () => kit.handOver(modeler),
    health: () => kit.health(),
    statements: () => {
      const ran = statements
      statements = 0
      return ran
    },
  }
}

/** Changes a database without the storage. */
export function runSql(file: string, sql: string): void {
  const database = new DatabaseSync(file)
  // Without these a script of thousands of statements waits for the disk after each.
  database.exec(`pragma synchronous = off; pragma journal_mode = memory; ${sql}`)
  database.close()
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'caruso-modeler-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
