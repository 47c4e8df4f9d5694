import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, inject, test } from 'vitest'
import { cells } from '../survival/cell.ts'
import { drawKill, killsOf } from '../survival/kill-draw.ts'

const program = join(import.meta.dirname, '../survival/run.ts')
const cannotKill = inject('natsServer') === undefined || !existsSync('/proc/self/stat')

/** What drawn kills came to, a line for each cell of isolation and state, and what was told of the schedules. */
async function killed(...args: string[]): Promise<{ readonly cells: readonly Record<string, unknown>[]; readonly told: string }> {
  const child = spawn(process.execPath, ['--conditions=source', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, told] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { cells: output.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>), told }
}

test.skipIf(cannotKill)('kills at drawn steps of swaps, in each isolation, with and without state: one version serves and nothing is lost', { timeout: 300_000 }, async () => {
  // Together they kill the host, nats-server, and the old and the new instance, in a process of its own each of the two.
  const ran = []
  for (const [isolation, schedules] of [['inline', 1], ['worker', 1], ['process', 2]] as const) ran.push(await killed('--schedules', `${schedules}`, '--from', '615', '--isolation', isolation))
  const well = cells.map(({ isolation }) => ({ schedules: isolation === 'process' ? 2 : 1, missed: 0, failed: [], atEnd: [] }))
  expect(ran.flatMap((one) => one.cells), ran.map(({ told }) => told).join('')).toMatchObject(well)
})

test('a hundred seeds kill every participant at every step, and a seed always kills the same', () => {
  for (const cell of cells) {
    const drawn = Array.from({ length: 100 }, (_, seed) => drawKill(cell, seed))
    for (const kill of killsOf(cell)) expect(drawn).toContainEqual(expect.objectContaining(kill))
    expect(drawn).toEqual(Array.from({ length: 100 }, (_, seed) => drawKill(cell, seed)))
  }
})
