import { expect, onTestFinished, test, vi } from 'vitest'
import { codeOf } from '@caruso/contract'
import { freePort } from '../free-port.ts'
import { CarusoProcess } from './caruso-up.ts'
import { dialogAssembly, post, withDatabase, type Answer } from './dialog-folder.ts'

const texts = ['7', '2/1/1980', 'pay on a later day', '500', soon(), 'ada@example.no']

interface Led {
  readonly dialog: string
  seq: number
  /** How many of the texts were acknowledged. */
  given: number
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

test('SIGKILL while dialogs are answered: no acknowledged answer is lost, each action is let go once, and becomes one task of the back office', { timeout: 240_000 }, async () => {
  const { folder, file } = await dialogAssembly()
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

function soon(): string {
  return new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
}
