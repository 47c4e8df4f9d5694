import { expect, test } from 'vitest'
import { isCompatibleVersion } from '@caruso/contract'

test.each([
  ['1.2.3', '1.2.3', true],
  ['1.3.0', '1.2.3', true],
  ['1.2.2', '1.2.3', false],
  ['2.0.0', '1.2.3', false],
  ['0.2.5', '0.2.3', true],
  ['0.3.0', '0.2.3', false],
  ['0.0.4', '0.0.3', false],
  ['1.3.0-beta.1', '1.2.3', false],
  ['1.2.3-beta.2', '1.2.3-beta.1', true],
  ['not a version', '1.0.0', false],
  ['1.0.0', 'not a version', false],
])('%s for a caller built with %s: %s', (version, required, expected) => {
  expect(isCompatibleVersion(version, required)).toBe(expected)
  expect(isCompatibleVersion(version, required)).toBe(expected)
})
