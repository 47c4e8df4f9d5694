import { describe, expect, test } from 'vitest'
import { readFiles, root } from './files.ts'
import { leftovers } from './leftovers.ts'

const files = readFiles(root)

test('nothing names one machine or promises what is not there', () => {
  expect(leftovers(files)).toEqual([])
})

describe('leftovers()', () => {
  test.each([['see /' + 'work/main'], ['"/' + 'home/me/a"'], ["open('/" + "root/.npmrc')"], ['// TO' + 'DO later'], ['FIX' + 'ME: x'], ['/* X' + 'XX */']])('finds %j', (text) => {
    expect(leftovers(new Map([['a.ts', text]]))).toHaveLength(1)
  })

  test.each([['https://example.com/home/page'], ['./work/a'], ['the todo list'], ['src/root/a']])('lets pass %j', (text) => {
    expect(leftovers(new Map([['a.ts', text]]))).toEqual([])
  })
})
