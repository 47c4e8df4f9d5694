import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lifecycle, type InstanceState } from '../src/lifecycle.ts'

const table: Readonly<Record<InstanceState, readonly InstanceState[]>> = {
  created: ['starting', 'leaving', 'gone', 'failed'],
  starting: ['ready', 'leaving', 'failed'],
  ready: ['active', 'leaving', 'failed'],
  active: ['ready', 'leaving', 'failed'],
  leaving: ['gone', 'failed'],
  gone: [],
  failed: [],
}
const states = Object.keys(table) as InstanceState[]

test('a life goes from created to gone', () => {
  const life = new Lifecycle('component "x" 1.0.0')
  for (const state of ['starting', 'ready', 'active', 'ready', 'active', 'leaving', 'gone'] as const) {
    life.move(state)
    expect(life.state).toBe(state)
  }
})

test('a move that does not follow says what would', () => {
  const life = new Lifecycle('component "x" 1.0.0')
  expect(() => life.move('active')).toThrow('Moved component "x" 1.0.0 to "active": it is "created", from where it can become starting, leaving, gone, failed')
  life.move('gone')
  expect(() => life.move('starting')).toThrow(expect.objectContaining({ code: 'STATE_INVALID', message: expect.stringContaining('it can become nothing') }))
})

test('no sequence of moves leaves the table', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...states), { maxLength: 30 }), (moves) => {
      const life = new Lifecycle('x')
      let expected: InstanceState = 'created'
      for (const to of moves) {
        const allowed: boolean = table[expected].includes(to)
        if (allowed) life.move(to)
        else expect(() => life.move(to)).toThrow()
        if (allowed) expected = to
        expect(life.state).toBe(expected)
      }
    }),
    { numRuns: 2_000 },
  )
})
