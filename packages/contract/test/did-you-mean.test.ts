import { expect, test } from 'vitest'
import { didYouMean, nearest } from '@caruso/contract'

test('didYouMean() names the closest name, minding neither case nor one or two slips', () => {
  const names = ['Customers', 'Order Details', 'Orders']
  expect(didYouMean('orders', names)).toBe(' (did you mean "Orders"?)')
  expect(didYouMean('Custmers', names)).toBe(' (did you mean "Customers"?)')
  expect(didYouMean('OrderDetails', names)).toBe(' (did you mean "Order Details"?)')
})

test('didYouMean() is silent when nothing is close', () => {
  expect(didYouMean('Invoices', ['Customers', 'Orders'])).toBe('')
  expect(didYouMean('x', [])).toBe('')
})

test.each([
  ['get', ['got', 'list'], 'got'],
  ['', ['get'], undefined],
  ['x'.repeat(201), ['x'.repeat(201)], undefined],
])('nearest() of "%s" among %j is %s', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected)
})
