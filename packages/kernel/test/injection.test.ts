import { expect, test } from 'vitest'
import { inject } from '../src/injection.ts'

test('inject() gives each name of the table', () => {
  const { customers, config } = inject('greeter', { customers: 'a client', config: { port: 1 } })
  expect([customers, config]).toEqual(['a client', { port: 1 }])
})

test('inject() names what was declared when something else is asked for', () => {
  const context = inject('greeter', { customers: 1, config: 2 })
  expect(() => context['orders']).toThrow('Component "greeter" asked for "orders": it declared customers, config')
  expect(() => context['constructor']).toThrow(expect.objectContaining({ code: 'UNDECLARED' }))
})
