import { expect, test } from 'vitest'
import { readmeExample } from '../../../test/readme-example.ts'

test('the example in the README prints what the README says', async () => {
  const { printed, promised } = await readmeExample(import.meta)
  expect(printed).toBe(promised)
  expect(printed).not.toBe('')
})
