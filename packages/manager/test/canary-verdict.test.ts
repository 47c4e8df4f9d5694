import { describe, expect, test } from 'vitest'
import { CallSample } from '../src/call-sample.ts'
import { worseThan } from '../src/canary-verdict.ts'

/** A generator of numbers below 1 that always gives the same ones. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Calls whose times have a long tail, as they do in life. */
function sample(seed: number, calls: number, { failing = 0, factor = 1 } = {}): CallSample {
  const draw = draws(seed)
  const made = new CallSample()
  for (let i = 0; i < calls; i++) made.add(factor * (2 - 3 * Math.log(1 - draw())), draw() < failing)
  return made
}

const seeds = Array.from({ length: 200 }, (_, i) => i * 7_919 + 1)

describe('worseThan()', () => {
  test('condemns a version of which 5 % of the calls fail, within 450 calls', () => {
    for (const seed of seeds) expect([200, 300, 400, 450].some((calls) => /calls failed/.test(worseThan(sample(seed, calls * 19), sample(seed + 1, calls, { failing: 0.05 })) ?? ''))).toBe(true)
  })

  test('condemns a version that takes twice as long, within 450 calls', () => {
    for (const seed of seeds) expect(worseThan(sample(seed, 8_500), sample(seed + 1, 450, { factor: 2 }))).toMatch(/95 % of its calls took/)
  })

  test('lets a version pass that is as the one that runs, however often it is looked at', () => {
    for (const seed of seeds) {
      for (const calls of [10, 50, 100, 200, 400, 800, 1_500]) expect(worseThan(sample(seed, calls * 19, { failing: 0.01 }), sample(seed + 1, calls, { failing: 0.01 }))).toBeUndefined()
    }
  })

  test('is patient with the first few failures', () => {
    const tried = new CallSample()
    for (let i = 0; i < 3; i++) tried.add(1, true)
    expect(worseThan(sample(1, 1_000), tried)).toBeUndefined()
  })
})

test('CallSample leaves out the times of the first calls, and counts them', () => {
  const one = new CallSample(2)
  for (const ms of [900, 800, 1, 2, 3]) one.add(ms, ms > 500)
  expect([one.calls, one.failures, one.timed, one.quantile(1)]).toEqual([5, 2, 3, 3])
})
