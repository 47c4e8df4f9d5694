import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const program = join(import.meta.dirname, '../simulator/run.ts')

/** What the simulator says of schedules, in a process of its own whose time and chance it replaces. */
async function simulated(...args: string[]): Promise<{ readonly schedules: number; readonly answered: number; readonly swapped: number; readonly passedOn: number; readonly failed: number; readonly seeds: readonly number[] }> {
  const child = spawn(process.execPath, ['--conditions=source', program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Awaited<ReturnType<typeof simulated>>
}

test('calls, swaps and streams hold through 500 drawn schedules of cut networks and crashes', { timeout: 300_000 }, async () => {
  const found = await simulated('--schedules', '500')
  expect(found).toMatchObject({ schedules: 500, failed: 0, seeds: [] })
  expect(found.answered).toBeGreaterThan(10_000)
  expect(found.swapped).toBeGreaterThan(500)
  expect(found.passedOn).toBeGreaterThan(500)
})

test('a schedule is a function of its seed', { timeout: 60_000 }, async () => {
  expect(await simulated('--seed', '97')).toEqual(await simulated('--seed', '97'))
})
