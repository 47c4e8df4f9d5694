import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { generateDatabase } from '../generate.ts'

const northwindScript = resolve(import.meta.dirname, '../../..', process.env['CARUSO_TEST_DATA'] ?? '../shared/data', 'northwind/northwind-sqlite-create.sql')

/** Why tests of Northwind are skipped, if they are. */
export const northwindMissing = existsSync(northwindScript) ? undefined : `needs Northwind at ${northwindScript}; set CARUSO_TEST_DATA`
if (northwindMissing !== undefined && process.env['CARUSO_TEST_ALL'] === '1') throw new Error(`Looked for Northwind, as CARUSO_TEST_ALL=1 asks: ${northwindMissing}`)

/** The databases that a wrapper of the legacy order system has to cope with, each as a new file in a folder. */
export const databases = {
  generated: async (folder: string): Promise<string> => {
    const file = join(folder, 'legacy.sqlite')
    await generateDatabase(file)
    return file
  },
  northwind: async (folder: string): Promise<string> => {
    const file = join(folder, 'northwind.sqlite')
    const database = new Database(file)
    database.exec(`pragma synchronous = off; pragma journal_mode = memory; pragma foreign_keys = off; begin; ${readFileSync(northwindScript, 'utf8')}; commit`)
    database.close()
    return await Promise.resolve(file)
  },
} as const

/** The rows of a statement, read without the storage. */
export function readAll(file: string, sql: string): unknown[][] {
  const database = new Database(file, { readonly: true })
  try {
    return database.prepare(sql).raw().all([])
  } finally {
    database.close()
  }
}

export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'caruso-orders-'))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(): string {
  const folder = makeFolder()
  onTestFinished(() => removeFolder(folder))
  return folder
}
