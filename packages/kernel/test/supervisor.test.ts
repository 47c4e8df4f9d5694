import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Supervisor } from '../src/supervisor.ts'
import { keptLog, ManualClock, spec } from '../../../test/hosts.ts'

const workshop = spec('workshop', 'workshop.ts')

function open(restart: () => Promise<void> = async () => await Promise.resolve()): { clock: ManualClock; supervisor: Supervisor; lines: ReturnType<typeof keptLog>['lines'] } {
  const clock = new ManualClock()
  const { log, lines } = keptLog()
  return { clock, supervisor: new Supervisor(clock, log, restart), lines }
}

test('each crash doubles the wait; the sixth within a minute is the last, and loud', () => {
  const { clock, supervisor, lines } = open()
  const waits = [1, 2, 3, 4, 5].map(() => {
    supervisor.crashed(workshop, 'signal SIGSEGV')
    const [wait = 0] = clock.waits
    clock.advance(wait)
    return wait
  })
  expect(waits).toEqual([100, 200, 400, 800, 1_600])
  supervisor.crashed(workshop, 'signal SIGSEGV')
  expect(clock.waits).toEqual([])
  expect(supervisor.givenUp.get('workshop')).toBe('signal SIGSEGV')
  expect(lines.at(-1)).toMatchObject({ level: 'error', message: 'Gave up component "workshop": it crashed 6 times within a minute, last by signal SIGSEGV' })
})

test('crashes of more than a minute ago are forgiven', () => {
  const { clock, supervisor } = open()
  for (let crash = 0; crash < 20; crash++) {
    supervisor.crashed(workshop, 'exit code 1')
    expect(clock.waits).toEqual([100])
    clock.advance(60_000)
  }
})

test('components are counted apart', () => {
  const { clock, supervisor } = open()
  for (let crash = 0; crash < 5; crash++) supervisor.crashed(workshop, 'exit code 1')
  supervisor.crashed({ ...workshop, component: 'other' }, 'exit code 1')
  expect(clock.waits.at(-1)).toBe(100)
  expect(supervisor.givenUp.size).toBe(0)
})

test('a restart that fails counts as a crash', async () => {
  const { clock, supervisor, lines } = open(async () => await Promise.reject(new Error('no database')))
  supervisor.crashed(workshop, 'exit code 1')
  clock.advance(100)
  await setImmediate()
  expect(clock.waits).toEqual([200])
  expect(lines.at(-1)).toMatchObject({ message: 'Component "workshop" crashed (no database): it is restarted in 200 ms' })
})

test('close() ends the waiting and resolves when a restart that has begun is over', async () => {
  let finish: () => void = () => undefined
  const { clock, supervisor } = open(async () => await new Promise<void>((resolve) => (finish = resolve)))
  supervisor.crashed(workshop, 'exit code 1')
  clock.advance(100)
  supervisor.crashed({ ...workshop, component: 'other' }, 'exit code 1')
  let closed = false
  const closing = supervisor.close().then(() => (closed = true))
  await setImmediate()
  expect([closed, clock.waits]).toEqual([false, []])
  finish()
  await closing
  supervisor.crashed(workshop, 'exit code 1')
  expect(clock.waits).toEqual([])
})
