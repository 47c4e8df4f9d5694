import { expect, test } from 'vitest'
import { InUse } from '../src/in-use.ts'

test('what came and has not gone is there, whichever goes first', () => {
  const inUse = new InUse<string>()
  for (const one of ['a', 'b', 'c']) inUse.add(one)
  expect(inUse.delete('a')).toBe(true)
  expect(inUse.delete('a')).toBe(false)
  expect([...inUse].toSorted()).toEqual(['b', 'c'])
  expect(inUse.delete('c')).toBe(true)
  expect([...inUse]).toEqual(['b'])
  expect(inUse.delete('b')).toBe(true)
  expect(inUse.size).toBe(0)
})

test('what goes while it is looked at does not hide another', () => {
  const inUse = new InUse<number>()
  for (const one of [1, 2, 3, 4]) inUse.add(one)
  const seen: number[] = []
  for (const one of inUse) {
    seen.push(one)
    inUse.delete(one)
  }
  expect(seen).toEqual([1, 2, 3, 4])
  expect(inUse.size).toBe(0)
})
