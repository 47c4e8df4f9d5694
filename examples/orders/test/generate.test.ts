import { execFile } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { generateDatabase, prepareDatabase, usualFile } from '../generate.ts'
import { readAll, temporaryFolder } from './databases.ts'

const tables = ['Categories', 'Suppliers', 'Shippers', 'Employees', 'Customers', 'Products', 'Orders', 'Order Details']

async function generated(seed?: number): Promise<string> {
  const file = join(temporaryFolder(), 'legacy.sqlite')
  await generateDatabase(file, seed)
  return file
}

function content(file: string): unknown[] {
  return tables.map((table) => [table, readAll(file, `select * from "${table}"`)])
}

test('the same seed gives the same content, another one another', async () => {
  const [first, again, other] = [await generated(), await generated(), await generated(2)]
  expect(content(again)).toEqual(content(first))
  expect(content(other)).not.toEqual(content(first))
})

test('the database is sound, its references hold, and it is as large as promised', async () => {
  const file = await generated()
  expect(readAll(file, 'pragma integrity_check')).toEqual([['ok']])
  expect(readAll(file, 'pragma foreign_key_check')).toEqual([])
  expect(readAll(file, 'select (select count(*) from Customers), (select count(*) from Orders)')).toEqual([[200, 2000]])
  expect(readAll(file, 'select count(*) from Orders where OrderID not in (select OrderID from "Order Details")')).toEqual([[0]])
})

test('customers, dates and telephone numbers are of every sort', async () => {
  const file = await generated()
  const count = (sql: string): unknown => readAll(file, `select count(*) from ${sql}`)[0]?.[0]
  expect(count("Customers where CompanyName glob '*[ÆØÅæøå]*'")).toBeGreaterThan(10)
  expect(count("Customers where CompanyName glob '*[ء-ي]*'")).toBeGreaterThan(10)
  expect(count("Customers where Phone not glob '+[0-9]*'")).toBeGreaterThan(100)
  expect(count("Orders where OrderDate like '__.__.____'")).toBeGreaterThan(100)
  expect(count("Orders where OrderDate like '____-__-__ 00:00:00.000'")).toBeGreaterThan(100)
  expect(count('Orders where ShippedDate is null')).toBeGreaterThan(20)
  expect(count('Customers where CustomerID not in (select CustomerID from Orders)')).toBeGreaterThan(4)
})

test('prepareDatabase() makes the database once', async () => {
  const folder = temporaryFolder()
  expect(await prepareDatabase(folder, undefined)).toMatch(/^Made a legacy order system's database in \d+ ms: .*legacy\.sqlite$/)
  const made = statSync(join(folder, usualFile)).mtimeMs
  expect(await prepareDatabase(folder, '')).toBeUndefined()
  expect(statSync(join(folder, usualFile)).mtimeMs).toBe(made)
  expect(readdirSync(join(folder, '.caruso/data'))).toEqual(['legacy.sqlite'])
})

test('prepareDatabase() leaves alone a database that is named, and refuses one that is not there', async () => {
  const folder = temporaryFolder()
  new Database(join(folder, 'own.db')).close()
  expect(await prepareDatabase(folder, 'own.db')).toBeUndefined()
  await expect(prepareDatabase(folder, 'other.db')).rejects.toThrow(`Looked for the database that LEGACY_DATABASE names, "other.db": there is no file "${join(folder, 'other.db')}"`)
  expect(existsSync(join(folder, '.caruso'))).toBe(false)
})

test('the command says in one line that a named database is missing', async () => {
  const command = promisify(execFile)(process.execPath, ['--conditions=source', join(import.meta.dirname, '../generate.ts')], { env: { ...process.env, LEGACY_DATABASE: join(temporaryFolder(), 'no.db') } })
  await expect(command).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^Looked for the database that LEGACY_DATABASE names, ".*no\.db": there is no file ".*no\.db"\n$/) })
})
