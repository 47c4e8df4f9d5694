import { expect, test } from 'vitest'
import { agrees } from '../src/agrees.ts'

test('an answer that rounds to 0 from below agrees with 0, as callers at other ends see no difference', () => {
  expect(agrees({ sum: Math.round(-0.4) }, { sum: 0 })).toBe(true)
  expect(agrees([0], [-0])).toBe(true)
  expect(agrees({ sum: Number.NaN }, { sum: Number.NaN })).toBe(true)
  expect(agrees({ sum: 0 }, { sum: 1 })).toBe(false)
})
