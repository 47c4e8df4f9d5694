import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished } from 'vitest'
import { CarusoError } from '@caruso/contract'
import { caruso } from '../command.ts'

const repository = join(import.meta.dirname, '../..')
const example = join(repository, 'examples/dialogs')

/** What a dialog says after an input. */
export interface Answer {
  readonly dialog: string
  readonly seq: number
  readonly view: { readonly status: string; readonly outcome?: string; readonly question?: { readonly path: string }; readonly notice?: { readonly text: string } }
}

/** An assembly of the example with a customer who owes, in a folder that is gone after the test. */
export async function dialogAssembly(): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dialogs-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(example, folder, { recursive: true, filter: (path) => !path.includes('.caruso') })
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  expect(await caruso(folder, 'model', 'apply')).toMatchObject({ code: 0 })
  const file = join(folder, '.caruso/data/crm.sqlite')
  withDatabase(file, (database) => database.exec(`insert into customer (number, name, born) values (7, 'Ada', '1980-01-02'); insert into invoice (number, customer_number, open, due, state) values (77, 7, '3000.50', '2026-10-01', 'overdue')`))
  return { folder, file }
}

export function withDatabase<T>(file: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file)
  try {
    return work(database)
  } finally {
    database.close()
  }
}

/** Asks an operation of dialogs at the gateway. */
export async function post(address: string, operation: string, body: object): Promise<Answer> {
  const response = await fetch(`${address}/api/dialogs/v1/${operation}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) })
  const answer = (await response.json()) as Answer & { readonly code?: string; readonly detail?: string }
  if (!response.ok) throw new CarusoError(answer.code ?? 'UNKNOWN', `Asked dialogs.${operation}: ${response.status} ${answer.detail}`)
  return answer
}
