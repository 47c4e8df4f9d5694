import { expect, test } from 'vitest'
import { requireTypes } from '../src/declared-types.ts'

const types = { name: 'text', much: 'number', due: 'date', open: { object: 'Money' }, channels: { list: 'text' }, customer: { object: 'Customer' } } as const

test.each([{}, { name: null, open: null, channels: null }, { name: 'Ada', much: '7.50', due: '2026-12-01', open: { amount: '1.00', currency: 'NOK' }, channels: ['sms'], customer: { number: '7' } }])('takes %j', (values) => {
  expect(() => requireTypes(values, types)).not.toThrow()
})

test.each([{ name: true }, { much: 'seven' }, { due: '2026-13-01' }, { open: '1.00' }, { open: ['1.00'] }, { open: { amount: 'one', currency: 'NOK' } }, { open: { amount: '1.00', currency: true } }, { channels: 'sms' }, { channels: [true] }])('refuses %j', (values) => {
  expect(() => requireTypes(values, types)).toThrow()
})
