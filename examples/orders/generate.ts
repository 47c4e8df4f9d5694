import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'

/** Where the assembly looks for the legacy system's database when nobody names one. */
export const usualFile = '.caruso/data/legacy.sqlite'

/**
 * Sees to it that the legacy system's database is there: one that was named has to be, the usual one is made.
 * Resolves to what was done, in words, or to nothing where there was nothing to do.
 *
 * @param assembly the folder that relative paths start at
 * @throws Error when the file that was named does not exist
 */
export async function prepareDatabase(assembly: string, named: string | undefined): Promise<string | undefined> {
  const file = resolve(assembly, named || usualFile)
  if (existsSync(file)) return undefined
  if (named) throw new Error(`Looked for the database that LEGACY_DATABASE names, "${named}": there is no file "${file}"`)
  const begun = performance.now()
  await generateDatabase(file)
  return `Made a legacy order system's database in ${Math.round(performance.now() - begun)} ms: ${relative('', file)}`
}

/** Makes a database in Northwind's shape; the same seed gives the same content. */
export async function generateDatabase(file: string, seed = 1): Promise<void> {
  // Loaded here, because most starts find the database in its place.
  const [{ writeDatabase }, { legacyTables }] = await Promise.all([import('./src/database-file.ts'), import('./src/legacy-tables.ts')])
  const unfinished = `${file}.${process.pid}`
  mkdirSync(dirname(file), { recursive: true })
  try {
    writeDatabase(unfinished, legacyTables(seed))
    renameSync(unfinished, file)
  } finally {
    rmSync(unfinished, { force: true })
  }
}

if (import.meta.main) {
  try {
    const done = await prepareDatabase(import.meta.dirname, process.env['LEGACY_DATABASE'])
    if (done !== undefined) process.stdout.write(`${done}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
