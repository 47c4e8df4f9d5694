import type { Client } from '@caruso/contract'
import mysql from 'mysql2/promise'
import { Client as PgClient } from 'pg'
import { onTestFinished } from 'vitest'
import type { TestDatabase } from '../../../test/databases.ts'
import type { Storage, TableDescription } from '../src/contract.ts'
import { makeCall } from './harness.ts'

/** All that `describe` answers of a source. */
export async function described(storage: Client<typeof Storage>, source = 'data', call = makeCall()): Promise<TableDescription[]> {
  const tables: TableDescription[] = []
  for await (const batch of storage.describe({ source }, call)) tables.push(...batch.tables)
  return tables
}

/** Runs a script of many statements as another application would. */
export async function runScript({ kind, host, port, database, user, password }: TestDatabase, script: string): Promise<void> {
  if (kind === 'pg') {
    const client = new PgClient({ host, port, database, user, password })
    await client.connect()
    try {
      await client.query(script)
    } finally {
      await client.end()
    }
    return
  }
  const connection = await mysql.createConnection({ host, port, database, user, password, multipleStatements: true, charset: 'utf8mb4' })
  try {
    await connection.query(script)
  } finally {
    await connection.end()
  }
}

/** A connection of another application, with a transaction of its own, which ends with the test. */
export async function heldConnection({ kind, host, port, database, user, password }: TestDatabase): Promise<{ run(sql: string): Promise<void> }> {
  if (kind === 'pg') {
    const client = new PgClient({ host, port, database, user, password })
    await client.connect()
    onTestFinished(() => client.end())
    return { run: async (sql) => void (await client.query(sql)) }
  }
  const connection = await mysql.createConnection({ host, port, database, user, password })
  onTestFinished(() => connection.end())
  return { run: async (sql) => void (await connection.query(sql)) }
}
