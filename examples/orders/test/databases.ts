import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { northwind } from '../../../test/test-data.ts'
import { generateDatabase } from '../generate.ts'

const script = northwind()

/** Why tests of Northwind are skipped, if they are. */
export const northwindMissing = 'missing' in script ? script.missing : undefined

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
    database.exec(`pragma synchronous = off; pragma journal_mode = memory; pragma foreign_keys = off; begin; ${'sql' in script ? script.sql : ''}; commit`)
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
