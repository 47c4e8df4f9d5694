import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InFlight, type Chained } from '../src/in-flight.ts'

interface Entry extends Chained<Entry> {
  readonly nth: number
}

test('InFlight finds, hides and gives back what is under way as stacks by number would', () => {
  const id = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: -3, max: 3 }), fc.maxSafeInteger())
  fc.assert(
    fc.property(fc.array(fc.record({ id, adds: fc.boolean() }), { maxLength: 500 }), (steps) => {
      const inFlight = new InFlight<Entry>()
      const stacks = new Map<number, number[]>()
      for (const [nth, step] of steps.entries()) {
        const stack = stacks.get(step.id) ?? []
        stacks.set(step.id, stack)
        if (step.adds) {
          inFlight.add({ id: step.id, nth, chained: undefined })
          stack.push(nth)
        } else expect(inFlight.delete(step.id)?.nth).toBe(stack.pop())
        expect(inFlight.get(step.id)?.nth).toBe(stack.at(-1))
      }
      const all = [...stacks.values()].flat()
      expect(inFlight.list().map(({ nth }) => nth).toSorted((a, b) => a - b)).toEqual(all.toSorted((a, b) => a - b))
      expect(inFlight.size).toBe(all.length)
    }),
  )
})

test('InFlight keeps no entry once it is taken out', () => {
  const inFlight = new InFlight<Entry>()
  const [first, second] = [{ id: 1, nth: 1, chained: undefined }, { id: 65, nth: 2, chained: undefined }] as [Entry, Entry]
  inFlight.add(first)
  inFlight.add(second)
  expect(second.chained).toBe(first)
  expect(inFlight.delete(65)?.chained).toBeUndefined()
})
