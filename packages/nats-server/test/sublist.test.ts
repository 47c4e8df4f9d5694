import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Interest, Sublist } from '../src/sublist.ts'
import { naiveMatch } from './naive-match.ts'
import { pattern, subject } from './subjects.ts'

const queue = fc.option(fc.constantFrom('one', 'two'), { nil: undefined })
const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), subject: pattern, queue }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('match' as const), subject }),
)

describe('Sublist', () => {
  it('finds what a naive list finds, whatever was added, removed and asked before', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const sublist = new Sublist<Interest>()
      const naive: Interest[] = []
      for (const each of steps) {
        if (each.kind === 'add') {
          const interest = { subject: each.subject, queue: each.queue }
          naive.push(interest)
          sublist.add(interest)
        } else if (each.kind === 'remove') {
          const [gone] = naive.splice(each.at % Math.max(1, naive.length), 1)
          if (gone !== undefined) sublist.remove(gone)
        } else {
          expectSame(sublist, naive, each.subject)
        }
        expect(sublist.size).toBe(naive.length)
      }
    }), { numRuns: 2000 })
  })

  it('gives a snapshot that later changes leave alone', () => {
    const sublist = new Sublist<Interest>()
    const first = { subject: 'a.*', queue: undefined }
    sublist.add(first)
    const before = sublist.match('a.b')
    sublist.add({ subject: 'a.b', queue: undefined })
    sublist.remove(first)
    expect(before.plain).toEqual([first])
  })

  it('stays right beyond the size of its cache', () => {
    const sublist = new Sublist<Interest>()
    sublist.add({ subject: 'a.*', queue: undefined })
    for (let n = 0; n < 10_000; n++) expect(sublist.match(`a.${n}`).plain.length).toBe(1)
    sublist.add({ subject: 'a.77', queue: undefined })
    expect(sublist.match('a.77').plain.length).toBe(2)
    expect(sublist.match('a.78').plain.length).toBe(1)
  })
})

function expectSame(sublist: Sublist<Interest>, naive: readonly Interest[], text: string): void {
  const matches = sublist.match(text)
  const expected = naive.filter((each) => naiveMatch(each.subject, text))
  const plain = expected.filter((each) => each.queue === undefined)
  const groups = new Set(expected.flatMap((each) => each.queue ?? []))
  expect(new Set(matches.plain)).toEqual(new Set(plain))
  expect(matches.plain.length).toBe(plain.length)
  expect(matches.queues.length).toBe(groups.size)
  for (const members of matches.queues) {
    const name = members[0]?.queue
    expect(members.length).toBe(expected.filter((each) => each.queue === name).length)
  }
}
