import { readFileSync } from 'node:fs'
import { describe, expect, inject, test } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import type { SourceConfig } from '../src/config.ts'
import type { ForeignKey, TableDescription } from '../src/contract.ts'
import { described, runScript } from './described.ts'
import { makeDatabase, northwind, startStorage, testData } from './harness.ts'

const sqliteScript = northwind()
const postgresScript = testData('northwind/northwind-postgres.sql')
const chinook = { sqlite: testData('chinook/Chinook_Sqlite.sqlite'), pg: testData('chinook/Chinook_PostgreSql.sql'), mysql: testData('chinook/Chinook_MySql.sql') }

async function describedAs(config: SourceConfig): Promise<ReadonlyMap<string, TableDescription>> {
  const { storage } = await startStorage({ data: config })
  return new Map((await described(storage)).map((table) => [table.name, table]))
}

describe.skipIf('missing' in sqliteScript || 'missing' in postgresScript)('Northwind described', () => {
  test('in SQLite: keys of several columns, a reference to itself, checks, pictures and views', async () => {
    const tables = await describedAs({ kind: 'sqlite', file: makeDatabase('sql' in sqliteScript ? sqliteScript.sql : ''), readonly: true })
    console.log(JSON.stringify([tables.get('Order Details'), tables.get('Employees'), tables.get('Categories')], null, 1))
    expect([...tables.values()].filter(({ kind }) => kind === 'view')).toHaveLength(16)
  })

  test('in PostgreSQL', async () => {
    const database = await freshDatabase('pg')
    await runScript(database, 'file' in postgresScript ? readFileSync(postgresScript.file, 'utf8') : '')
    const tables = await describedAs(database)
    console.log(JSON.stringify([tables.get('order_details'), tables.get('employees'), tables.get('orders')], null, 1))
    expect([...tables.keys()]).toHaveLength(14)
  })
})

describe.skipIf(Object.values(chinook).some((found) => 'missing' in found))('Chinook described', () => {
  test.skipIf(inject('mariadb') === undefined)('is the same on every database', async () => {
    const read = (kind: 'pg' | 'mysql'): string => ('file' in chinook[kind] ? readFileSync(chinook[kind].file, 'utf8') : '').replace(/^(drop database|create database|use|\\c) .*;$/gim, '')
    const [pg, mysql] = await Promise.all([freshDatabase('pg'), freshDatabase('mysql')])
    await Promise.all([runScript(pg, read('pg')), runScript(mysql, read('mysql'))])
    const all = await Promise.all([describedAs({ kind: 'sqlite', file: 'file' in chinook.sqlite ? chinook.sqlite.file : '', readonly: true }), describedAs(pg), describedAs(mysql)])
    for (const one of all) console.log(JSON.stringify([...one.values()].slice(0, 5), null, 1))
  })
})
