import { readConnectionFile } from '@caruso/nats-server'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { CarusoProcess } from './caruso-up.ts'
import { DeskFolder } from './desk-folder.ts'

test("the example of the service manager's README swaps, and prints what it says", async () => {
  const readme = await readFile(join(import.meta.dirname, '../../packages/manager/README.md'), 'utf8')
  const code = (/```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '').replace("new Bus('orders'", "new Bus('desks'")
  const said = /\/\/ prints: (.*)/.exec(code)?.[1]
  const desks = await DeskFolder.create('inline')
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  await desks.add('1.0.0', 'plain')
  const host = await CarusoProcess.up(desks.path)
  onTestFinished(async () => await host[Symbol.asyncDispose]())
  await desks.add('1.1.0', '')
  const { url, token } = await readConnectionFile(join(desks.path, '.caruso'))
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module-typescript', '--eval', code], {
    cwd: desks.path, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NATS_URL: url, NATS_TOKEN: token },
  })
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect([output.trim().split('\n').join(' '), exitCode]).toEqual([said, 0])
})
