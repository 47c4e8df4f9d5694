import { fakeClock } from '@caruso/testing'
import fc from 'fast-check'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'

test('fakeClock() begins where it is told and moves only when told', async () => {
  const clock = fakeClock({ at: 1_000 })
  expect(clock.now()).toBe(1_000)
  await clock.advance(500)
  expect(clock.now()).toBe(1_500)
})

test('advance() runs what falls due at its time and no more', async () => {
  const clock = fakeClock()
  const ran: number[] = []
  clock.after(10, () => ran.push(clock.now()))
  clock.after(11, () => ran.push(clock.now()))
  const cancel = clock.after(5, () => ran.push(clock.now()))
  cancel()
  await clock.advance(10)
  expect(ran).toEqual([10])
  expect(clock.waiting).toBe(1)
})

test('advance() lets promises settle, so that what they set up falls due too', async () => {
  const clock = fakeClock()
  const ran: number[] = []
  const again = async (): Promise<void> => {
    await setImmediate()
    ran.push(clock.now())
  }
  clock.after(1, () => void Promise.resolve().then(() => clock.after(1, () => void Promise.resolve().then(() => ran.push(clock.now())))))
  await clock.advance(5)
  expect(ran).toEqual([2])
  await again()
})

test('advance() runs callbacks in the order of their time, then of their making', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 20 }), async (waits) => {
      const clock = fakeClock()
      const ran: { due: number; index: number; at: number }[] = []
      waits.forEach((due, index) => clock.after(due, () => ran.push({ due, index, at: clock.now() })))
      await clock.advance(20)
      expect(ran).toEqual(waits.map((due, index) => ({ due, index, at: due })).toSorted((a, b) => a.due - b.due || a.index - b.index))
    }),
    { numRuns: 50 },
  )
})
