import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { run } from '../../../test/command.ts'
import { fixture } from './workshop.ts'

const timeout = 90_000

test('a process ends by itself when its host is killed', { timeout }, async () => {
  const host = spawn(process.execPath, ['--conditions=source', fixture('lonely-host'), fixture('workshop')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: host.stdout }), 'line')) as [string]
  const pid = Number(line)
  expect(runs(pid)).toBe(true)
  host.kill('SIGKILL')
  await once(host, 'close')
  await expect.poll(() => runs(pid), { timeout: 20_000 }).toBe(false)
})

test.skipIf(process.platform === 'win32')('a host without file descriptors is told so, and goes on', async () => {
  const script = `
    import { ProcessVessel } from ${JSON.stringify(join(import.meta.dirname, '../src/process-vessel.ts'))}
    import { openSync } from 'node:fs'
    try { for (;;) openSync('.') } catch {}
    try { new ProcessVessel([]) } catch ({ code }) { console.log(code) }
    setTimeout(() => console.log('goes on'), 100)
  `
  expect(await run('.', 'sh', '-c', 'ulimit -n 60; exec "$0" --conditions=source --input-type=module -e "$1"', process.execPath, script)).toEqual({ code: 0, output: 'PLUGIN_NOT_LOADED\ngoes on\n', errors: '' })
})

/** Whether a process is there and more than the memory of one. */
function runs(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)]).toString().startsWith('Z')
  } catch {
    return false
  }
}
