import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Client } from '@caruso/contract'
import type { Plan, Row, Storage } from '../src/contract.ts'
import { makeCall, makeDatabase, startStorage } from './harness.ts'

type Query = (plan: Omit<Plan, 'source' | 'from'>) => Promise<readonly Row[]>

/** A data source "data" with a table "data" of these columns and rows, which are numbered by `id`; closed when the work ends. */
export async function withTable(columns: string, rows: readonly Row[], work: (query: Query, storage: Client<typeof Storage>) => Promise<void>): Promise<void> {
  const file = makeDatabase(`create table data (id integer primary key, ${columns})`)
  const { storage, dispose } = await startStorage({ data: { kind: 'sqlite', file } })
  try {
    if (rows.length > 0) await storage.transact({ source: 'data', steps: [{ insert: 'data', rows: rows.map((row, id) => ({ id, ...row })) }] }, makeCall())
    await work(async (plan) => (await storage.query({ source: 'data', from: 'data', order: [{ column: 'id' }], ...plan }, makeCall())).rows, storage)
  } finally {
    await dispose()
    rmSync(dirname(file), { recursive: true, force: true })
  }
}
