import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Deadlines, type Expiring } from '../src/deadlines.ts'

class Entry implements Expiring {
  readonly deadline: number
  previous: Expiring | undefined
  next: Expiring | undefined
  readonly log: string[] = []
  readonly #deadlines: Deadlines

  constructor(deadlines: Deadlines, deadline: number) {
    this.deadline = deadline
    this.#deadlines = deadlines
  }

  expire(): void {
    this.log.push(`expired at ${Date.now()}`)
    this.#deadlines.delete(this)
  }

  lose(error: Error): void {
    this.log.push(error.message)
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

test('entries expire at their deadlines unless they were taken out, in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ deadline: fc.integer({ min: 1, max: 200 }), removed: fc.option(fc.integer({ min: 0, max: 200 })) })), (plan) => {
      vi.setSystemTime(0)
      const deadlines = new Deadlines()
      const entries = plan.map(({ deadline }) => new Entry(deadlines, deadline))
      for (const entry of entries) deadlines.add(entry)
      const isTaken = (i: number): boolean => plan[i]!.removed !== null && plan[i]!.removed < plan[i]!.deadline
      for (let now = 0; now <= 201; now++) {
        for (const [i, { removed }] of plan.entries()) if (removed === now && isTaken(i)) deadlines.delete(entries[i]!)
        vi.advanceTimersByTime(1)
      }
      expect(entries.map(({ log }) => log)).toEqual(plan.map(({ deadline }, i) => (isTaken(i) ? [] : [`expired at ${deadline}`])))
      expect(vi.getTimerCount()).toBe(0)
    }),
  )
})

test('closing tells what is left, and stops the timer', () => {
  const deadlines = new Deadlines()
  const entries = [1, 2, 3].map((deadline) => new Entry(deadlines, deadline))
  for (const entry of entries) deadlines.add(entry)
  deadlines.delete(entries[1]!)
  deadlines.close(new Error('closed'))
  expect(entries.map(({ log }) => log)).toEqual([['closed'], [], ['closed']])
  expect(vi.getTimerCount()).toBe(0)
})

test('a deadline beyond what a timer can hold is waited for', () => {
  const deadlines = new Deadlines()
  const far = new Entry(deadlines, 2 ** 32)
  deadlines.add(far)
  vi.advanceTimersByTime(2 ** 31)
  expect(far.log).toEqual([])
  vi.advanceTimersByTime(2 ** 31)
  expect(far.log).toEqual([`expired at ${2 ** 32}`])
})
