import { once } from 'node:events'
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { CarusoError, codeOf } from '@caruso/contract'
import { caruso } from '../command.ts'
import { CarusoProcess } from './caruso-up.ts'

const repository = join(import.meta.dirname, '../..')
const example = join(repository, 'examples/dialogs')
const texts = ['7', '2/1/1980', 'pay on a later day', '500', soon(), 'ada@example.no']

interface Led {
  readonly dialog: string
  seq: number
  /** How many of the texts were acknowledged. */
  given: number
}

interface Answer {
  readonly dialog: string
  readonly seq: number
  readonly view: { readonly status: string; readonly outcome?: string }
}

/** An assembly of the example with a customer who owes, in a folder that is gone after the test. */
async function assembly(): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dialog-kills-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(example, folder, { recursive: true, filter: (path) => !path.includes('.caruso') })
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  expect(await caruso(folder, 'model', 'apply')).toMatchObject({ code: 0 })
  const file = join(folder, '.caruso/data/crm.sqlite')
  withDatabase(file, (database) => database.exec(`insert into customer (number, name, born) values (7, 'Ada', '1980-01-02'); insert into invoice (number, customer_number, open, due, state) values (77, 7, '3000.50', '2026-10-01', 'overdue')`))
  return { folder, file }
}

function withDatabase<T>(file: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file)
  try {
    return work(database)
  } finally {
    database.close()
  }
}

/** Answers one dialog up to its end; what is not acknowledged is said again after the restart. */
async function lead(led: Led, address: string): Promise<string | undefined> {
  for (;;) {
    const text = texts[led.given]
    const now = await asked(() => (text === undefined ? post(address, 'get', { dialog: led.dialog }) : post(address, 'answer', { dialog: led.dialog, seq: led.seq, text })))
    if (text === undefined) return now.view.outcome
    led.seq = now.seq
    led.given += 1
  }
}

/** Asks again while the process is gone, or not there again. */
async function asked(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (codeOf(error)?.startsWith('DIALOG_')) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function post(address: string, operation: string, body: object): Promise<Answer> {
  const response = await fetch(`${address}/api/dialogs/v1/${operation}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) })
  const answer = (await response.json()) as Answer & { readonly code?: string; readonly detail?: string }
  if (!response.ok) throw new CarusoError(answer.code ?? 'UNKNOWN', `Asked dialogs.${operation}: ${response.status} ${answer.detail}`)
  return answer
}

test('SIGKILL while dialogs are answered: no acknowledged answer is lost, each action is let go once, and becomes one task of the back office', { timeout: 240_000 }, async () => {
  const { folder, file } = await assembly()
  const port = await freePort()
  process.env['PORT'] = String(port)
  let up = await CarusoProcess.up(folder)
  onTestFinished(async () => {
    delete process.env['PORT']
    await up.kill()
  })
  const address = `http://127.0.0.1:${port}`
  const led: Led[] = await Promise.all(Array.from({ length: 15 }, async () => ({ ...(await post(address, 'start', { script: 'debtor', channel: 'web', language: 'en' })), given: 0 })))
  const outcomes = Promise.all(led.map((one) => lead(one, address)))
  for (let kills = 0; kills < 3; kills += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20 + kills * 40))
    await up.kill()
    up = await CarusoProcess.up(folder)
  }
  expect(new Set(await outcomes)).toEqual(new Set(['settled']))
  const counts = withDatabase(file, (database) => database.prepare(`select topic, count(*) as events, count(distinct json_extract(payload, '$.dialog')) as dialogs from caruso_events group by topic order by topic`).all())
  expect(counts.map((row) => ({ ...row }))).toEqual(['billing.promise', 'customer.receipt', 'dialogs.ended'].map((topic) => ({ topic, events: 15, dialogs: 15 })))
  const tasks = (): unknown => withDatabase(file, (database) => database.prepare('select action, count(*) as tasks, count(distinct dialog) as dialogs from task group by action order by action').all().map((row) => ({ ...row })))
  await vi.waitFor(() => expect(tasks()).toEqual(['billing.promise', 'customer.receipt'].map((action) => ({ action, tasks: 15, dialogs: 15 }))), { timeout: 30_000 })
})

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function soon(): string {
  return new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
}
