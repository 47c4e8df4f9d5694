import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Outbox } from '../src/outbox.ts'

test('every frame is sent once, in order per route, in messages within the limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ route: fc.constantFrom('a', 'b'), size: fc.integer({ min: 1, max: 60 }), isCall: fc.boolean() })), async (frames) => {
      const sent: { route: string; message: string; first: number; last: number }[] = []
      const outbox = new Outbox((route, message, first, last) => sent.push({ route, message, first, last }), 100)
      for (const [i, { route, size, isCall }] of frames.entries()) outbox.add(route, JSON.stringify([i + 1, 'x'.repeat(size)]), isCall ? i + 1 : 0)
      await new Promise(setImmediate)
      for (const route of ['a', 'b']) {
        const got = sent.filter((each) => each.route === route).flatMap(({ message }) => JSON.parse(message) as [number, string][])
        expect(got.map(([i]) => i)).toEqual(frames.flatMap((frame, i) => (frame.route === route ? [i + 1] : [])))
      }
      for (const { message, first, last } of sent) {
        const ids = (JSON.parse(message) as [number, string][]).map(([i]) => i)
        const calls = ids.filter((id) => frames[id - 1]?.isCall)
        expect([first, last]).toEqual([calls[0] ?? 0, calls.at(-1) ?? 0])
        if (ids.length > 1) expect(message.length).toBeLessThanOrEqual(102)
      }
    }),
  )
})
