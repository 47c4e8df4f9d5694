import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { caruso } from '../command.ts'
import { freePort } from '../free-port.ts'
import { CarusoProcess } from './caruso-up.ts'
import { dialogAssembly, post } from './dialog-folder.ts'

async function up(isolation: string): Promise<{ readonly folder: string; readonly address: string }> {
  const { folder } = await dialogAssembly()
  const port = await freePort()
  const file = join(folder, 'assembly.yaml')
  const text = readFileSync(file, 'utf8').replace("plugin: '@caruso/dialog'", `plugin: '@caruso/dialog'\n    ${isolation}`).replace('${env:PORT:-8080}', String(port))
  writeFileSync(file, text)
  const running = await CarusoProcess.up(folder)
  onTestFinished(async () => await running.kill())
  return { folder, address: `http://127.0.0.1:${port}` }
}

test('dialogs run in a process of their own, which reads the scripts that the assembly names', { timeout: 60_000 }, async () => {
  const { address } = await up('isolation: process\n    reads: [dialogs]')
  const { dialog, seq, view } = await post(address, 'start', { script: 'debtor', channel: 'web', language: 'nb' })
  expect(view).toMatchObject({ status: 'asking', question: { path: 'who/number' } })
  const next = await post(address, 'answer', { dialog, seq, text: '7' })
  expect(next.view.question?.path).not.toBe('who/number')
})

test('dialogs that may not read their scripts say what to write in the assembly file', { timeout: 60_000 }, async () => {
  const { folder } = await up('isolation: process')
  // A host asks for health every few seconds.
  await vi.waitFor(async () => expect((await caruso(folder, 'ls')).output).toContain('reads: [dialogs]'), { timeout: 20_000 })
})
