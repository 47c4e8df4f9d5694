import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Outbox } from '../src/outbox.ts'

const to = { service: 'a@1.0.0', operation: 'get', caller: '[]' }

/** The frames of a message without those that say what calls have in common. */
function framesOf(message: string): [number, number][] {
  return (JSON.parse(message) as [number, number][]).filter(([kind]) => kind !== 9)
}

test('every frame is sent once, in order per route, in messages within the limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ route: fc.constantFrom('a', 'b'), size: fc.integer({ min: 1, max: 60 }), isCall: fc.boolean() })), async (frames) => {
      const sent: { route: string; message: string; first: number; last: number }[] = []
      const outbox = new Outbox((route, message, first, last) => sent.push({ route, message, first, last }), 100)
      for (const [i, { route, size, isCall }] of frames.entries()) {
        if (isCall) outbox.addCall(route, { kind: 0, id: i + 1, to, trace: 't', rest: `1,null,"${'x'.repeat(size)}"` })
        else outbox.add(route, JSON.stringify([2, i + 1, 'x'.repeat(size)]))
      }
      await new Promise(setImmediate)
      for (const route of ['a', 'b']) {
        const got = sent.filter((each) => each.route === route).flatMap(({ message }) => framesOf(message))
        expect(got.map(([, i]) => i)).toEqual(frames.flatMap((frame, i) => (frame.route === route ? [i + 1] : [])))
      }
      for (const { message, first, last } of sent) {
        const ids = framesOf(message).map(([, i]) => i)
        const calls = ids.filter((id) => frames[id - 1]?.isCall)
        expect([first, last]).toEqual([calls[0] ?? 0, calls.at(-1) ?? 0])
        if (ids.length > 1) expect(message.length).toBeLessThanOrEqual(102 + ids.length * 40)
      }
    }),
  )
})
