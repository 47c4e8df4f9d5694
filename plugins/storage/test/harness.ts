import { checkOf, type TSchema } from '@caruso/contract'
import type { Call, Client, Implementation } from '@caruso/contract'
import type { Disposer, Health, Log, Scope } from '@caruso/kernel'
import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Storage } from '../src/contract.ts'
import type { SourceConfig } from '../src/config.ts'
import { makeCall } from './call.ts'
import plugin from '../src/index.ts'

export { makeCall } from './call.ts'

export interface Started {
  readonly storage: Client<typeof Storage>
  health(): Promise<Health>
  selfTest(): Promise<void>
  dispose(): Promise<void>
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Starts the plugin with a scope that keeps disposers and checks; it is disposed when the test ends, unless somebody else sees to that. */
export async function startStorage(sources: Readonly<Record<string, SourceConfig>>, log: Log = silent, atEnd: (dispose: () => Promise<void>) => void = onTestFinished): Promise<Started> {
  const disposers: Disposer[] = []
  const health: (() => Health | Promise<Health>)[] = []
  const tests: ((call: Call) => void | Promise<void>)[] = []
  const scope: Pick<Scope, 'own' | 'health' | 'selfTest' | 'emit' | 'whenActive'> = {
    emit: () => undefined,
    whenActive: () => undefined,
    own(resource, dispose) {
      disposers.push(() => dispose(resource))
      return resource
    },
    health: (check) => void health.push(check),
    selfTest: (test) => void tests.push(test),
  }
  const dispose = async (): Promise<void> => {
    for (const disposer of disposers.splice(0).toReversed()) await disposer()
  }
  atEnd(dispose)
  const { storage } = await plugin.start({ config: { sources }, scope: scope as Scope, log })
  return {
    storage: checked(storage),
    health: async () => (await health[0]?.()) ?? { ok: false },
    selfTest: async () => {
      for (const test of tests) await test(makeCall())
    },
    dispose,
  }
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'caruso-storage-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A SQLite file with these tables, made without the storage. */
export function makeDatabase(sql: string, file = join(temporaryFolder(), 'data.db')): string {
  const database = new Database(file)
  // Without these a script of thousands of statements waits for the disk after each.
  database.exec(`pragma synchronous = off; pragma journal_mode = memory; ${sql}`)
  database.close()
  return file
}

/** The implementation behind the checks that the bus makes of arguments and results. */
function checked(storage: Implementation<typeof Storage>): Client<typeof Storage> {
  const { operations } = Storage
  return {
    query: async (input, call) => fits(operations.query.output, await storage.query(fits(operations.query.input, input), call)),
    async *stream(input, call) {
      for await (const item of storage.stream(fits(operations.stream.input, input), call)) yield fits(operations.stream.stream, item)
    },
    transact: async (input, call) => fits(operations.transact.output, await storage.transact(fits(operations.transact.input, input), call)),
    remembered: async (input, call) => fits(operations.remembered.output, await storage.remembered(fits(operations.remembered.input, input), call)),
    sql: async (input, call) => fits(operations.sql.output, await storage.sql(fits(operations.sql.input, input), call)),
    sidecar: async (input, call) => fits(operations.sidecar.output, await storage.sidecar(fits(operations.sidecar.input, input), call)),
    async *describe(input, call) {
      for await (const item of storage.describe(fits(operations.describe.input, input), call)) yield fits(operations.describe.stream, item)
    },
    alter: async (input, call) => fits(operations.alter.output, await storage.alter(fits(operations.alter.input, input), call)),
    events: async (input, call) => fits(operations.events.output, await storage.events(fits(operations.events.input, input), call)),
    acknowledge: async (input, call) => fits(operations.acknowledge.output, await storage.acknowledge(fits(operations.acknowledge.input, input), call)),
    sources: async (input, call) => fits(operations.sources.output, await storage.sources(input, call)),
  }
}

function fits<T>(schema: TSchema, value: T): T {
  const check = checkOf(schema)
  if (!check.accepts(value)) throw new Error(`Checked a value against its schema: ${check.explain(value)}`)
  return value
}
