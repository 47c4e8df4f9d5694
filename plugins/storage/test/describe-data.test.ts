import { readFileSync } from 'node:fs'
import { describe, expect, inject, test } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import { northwind, testData } from '../../../test/test-data.ts'
import type { SourceConfig } from '../src/config.ts'
import type { TableDescription } from '../src/contract.ts'
import { described, runScript } from './described.ts'
import { makeDatabase, startStorage } from './harness.ts'

const sqliteScript = northwind()
const postgresScript = testData('northwind/northwind-postgres.sql')
const chinook = { sqlite: testData('chinook/Chinook_Sqlite.sqlite'), pg: testData('chinook/Chinook_PostgreSql.sql'), mysql: testData('chinook/Chinook_MySql.sql') }
const missing = [sqliteScript, postgresScript, ...Object.values(chinook)].flatMap((found) => ('missing' in found ? [` (${found.missing})`] : []))[0] ?? ''

async function describedAs(config: SourceConfig): Promise<ReadonlyMap<string, TableDescription>> {
  const { storage } = await startStorage({ data: config })
  return new Map((await described(storage)).map((table) => [table.name, table]))
}

function read(found: { readonly file: string } | { readonly missing: string }): string {
  return 'file' in found ? readFileSync(found.file, 'utf8') : ''
}

/** The script without the database that it makes for itself, and without rows. */
function declarations(script: string): string {
  return script.slice(0, script.indexOf('INSERT INTO')).replace(/^(drop database|create database|use|\\c) .*;$/gim, '')
}

function refersTo(table: TableDescription | undefined): unknown {
  return table?.foreignKeys.map((key) => [key.columns.join(), `${key.table}.${key.references.join()}`])
}

describe.skipIf(missing !== '')(`Northwind${missing} is described`, () => {
  test('in SQLite: keys of several columns, a reference to itself, checks, pictures and views', async () => {
    const tables = await describedAs({ kind: 'sqlite', file: makeDatabase('sql' in sqliteScript ? sqliteScript.sql : ''), readonly: true })
    expect([...tables.values()].filter(({ kind }) => kind === 'view')).toHaveLength(16)
    expect([...tables.values()].filter(({ kind }) => kind === 'table')).toHaveLength(13)
    const details = tables.get('Order Details')
    expect(details?.key).toEqual(['OrderID', 'ProductID'])
    expect(refersTo(details)).toEqual([['OrderID', 'Orders.OrderID'], ['ProductID', 'Products.ProductID']])
    expect(details?.checks).toEqual([{ expression: '[Discount]>=(0) AND [Discount]<=(1)' }, { expression: '[Quantity]>(0)' }, { expression: '[UnitPrice]>=(0)' }])
    expect(details?.columns[2]).toEqual({ name: 'UnitPrice', declared: 'NUMERIC', type: 'decimal', nullable: false, default: '0' })
    expect(refersTo(tables.get('Employees'))).toEqual([['ReportsTo', 'Employees.EmployeeID']])
    expect(tables.get('Categories')?.columns.map(({ type }) => type)).toEqual(['integer', 'text', 'text', 'bytes'])
  })

  test('in PostgreSQL: 14 tables, 13 references, 3 keys of several columns', async () => {
    const database = await freshDatabase('pg')
    await runScript(database, read(postgresScript))
    const tables = await describedAs(database)
    expect([...tables.keys()]).toHaveLength(14)
    expect([...tables.values()].flatMap(({ foreignKeys }) => foreignKeys)).toHaveLength(13)
    expect([...tables.values()].filter(({ key }) => key.length > 1).map(({ name }) => name)).toEqual(['customer_customer_demo', 'employee_territories', 'order_details'])
    expect(refersTo(tables.get('employees'))).toEqual([['reports_to', 'employees.employee_id']])
    expect(tables.get('products')?.columns.slice(0, 2)).toEqual([
      { name: 'product_id', declared: 'smallint', type: 'integer', nullable: false },
      { name: 'product_name', declared: 'character varying(40)', type: 'text', length: 40, nullable: false },
    ])
  })
})

describe.skipIf(missing !== '')(`Chinook${missing} is described`, () => {
  test.skipIf(inject('mysql') === undefined)('the same on every database, up to what the README lists', async () => {
    const [pg, mysql] = await Promise.all([freshDatabase('pg'), freshDatabase('mysql')])
    await Promise.all([runScript(pg, declarations(read(chinook.pg))), runScript(mysql, declarations(read(chinook.mysql)))])
    const [inSqlite, inPg, inMysql] = await Promise.all([describedAs({ kind: 'sqlite', file: 'file' in chinook.sqlite ? chinook.sqlite.file : '', readonly: true }), describedAs(pg), describedAs(mysql)])
    expect(alike(inSqlite)).toHaveLength(11)
    expect(alike(inPg)).toEqual(alike(inSqlite))
    expect(alike(inMysql)).toEqual(alike(inSqlite))
  })
})

/** What the three scripts have in common: PostgreSQL's has names of another form, and numbers rows in no database but SQLite. */
function alike(tables: ReadonlyMap<string, TableDescription>): unknown {
  const plain = (name: string): string => name.replaceAll('_', '').toLowerCase()
  return [...tables.values()]
    .map((table) => ({
      name: plain(table.name),
      kind: table.kind,
      columns: table.columns.map((column) => ({ ...column, name: plain(column.name), declared: '', identity: undefined })),
      key: table.key.map(plain),
      unique: table.unique.length,
      indexes: table.indexes.map(({ parts, unique }) => `${parts.map(({ column = '' }) => plain(column)).join()} ${unique}`).toSorted(),
      foreignKeys: table.foreignKeys.map((key) => `${key.columns.map(plain).join()} ${plain(key.table)} ${key.references.map(plain).join()} ${key.onDelete} ${key.onUpdate}`).toSorted(),
      checks: table.checks,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
