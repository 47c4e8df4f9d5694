import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
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

/** Whether a process is there and more than the memory of one. */
function runs(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)]).toString().startsWith('Z')
  } catch {
    return false
  }
}
