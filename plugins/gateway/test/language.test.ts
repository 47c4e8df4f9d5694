import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseLanguage } from '../src/language.ts'

const available = new Set(['en', 'nb', 'ar'])

test.each([
  [undefined, undefined, 'en'],
  [undefined, 'ar-EG,en;q=0.5', 'ar'],
  [undefined, 'en;q=0.5, nb;q=0.9', 'nb'],
  [undefined, 'no', 'nb'],
  [undefined, 'nn-NO', 'nb'],
  [undefined, 'ar;q=0, de', 'en'],
  ['nb', 'ar', 'nb'],
  ['xx', 'ar', 'ar'],
])('chooseLanguage() of %s and %s is %s', (asked, accept, expected) => {
  expect(chooseLanguage(available, asked, accept)).toBe(expected)
})

test('chooseLanguage() gives one that is available, whatever the header', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (asked, accept) => available.has(chooseLanguage(available, asked, accept))))
})
