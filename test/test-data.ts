import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** A file of the public test data, or why its tests are skipped. */
export function testData(path: string): { readonly file: string } | { readonly missing: string } {
  const file = resolve(import.meta.dirname, '..', process.env['CARUSO_TEST_DATA'] ?? '../shared/data', path)
  if (existsSync(file)) return { file }
  if (process.env['CARUSO_TEST_ALL'] === '1') throw new Error(`Looked for test data at "${file}": found no such file, and CARUSO_TEST_ALL allows no skipped test`)
  return { missing: `needs ${file}; set CARUSO_TEST_DATA` }
}

/** The Northwind script, or why its tests are skipped. */
export function northwind(): { readonly sql: string } | { readonly missing: string } {
  const found = testData('northwind/northwind-sqlite-create.sql')
  return 'file' in found ? { sql: readFileSync(found.file, 'utf8') } : found
}
