import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compilePattern } from '../src/pattern.ts'

const atoms = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '[a-c]', '\\d', '\\.', '1')
const { pattern: patterns } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small' },
    atoms,
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(${a}|${b})`),
    fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{0,1}', '{1,}')).map(([a, times]) => `(?:${a})${times}`),
  ),
}))
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '.', '\n', '\u{1F600}'), maxLength: 8 })

test('a pattern means what it means to JavaScript, for the whole text', () => {
  fc.assert(
    fc.property(patterns, fc.array(texts, { minLength: 1, maxLength: 5 }), (source, all) => {
      const pattern = compilePattern(source)
      if (!('matches' in pattern)) return
      for (const text of all) expect([source, text, pattern.matches(text)]).toEqual([source, text, new RegExp(`^(?:${source})$`, 'u').test(text)])
    }),
    { numRuns: 500 },
  )
})

test.each(['[\\.-9]+', '[+-\\/]+', '[\\--9]+', '[\\d-]+', '^\\d+\\\\$', '^1\\\\\\$'])('%s means what it means to JavaScript', (source) => {
  const pattern = compilePattern(source)
  const all = ['.', '1', '15', '-', ',', '/', '+', '1-1', '1\\', '1$', '1\\$', '*', ':']
  expect(all.filter((text) => 'matches' in pattern && pattern.matches(text))).toEqual(all.filter((text) => new RegExp(`^(?:${source})$`, 'u').test(text)))
})

test('no text makes it go back: what takes JavaScript ages is over at once', () => {
  const pattern = compilePattern('(a+)+b')
  expect('matches' in pattern && pattern.matches('a'.repeat(5_000))).toBe(false)
})

test.each(['(?=a)b', '(?<!a)b', '(?<name>a)', '(a)\\1', '\\bword', 'a**', '*a', 'a(b', 'a)b', '[a', '[b-a]', '[a-\\d]', '[\\]-a', 'a^b', 'a{3,1}', '((((a{99}){99}){99}){99})', `${'('.repeat(40)}a${')'.repeat(40)}`])('refuses %s', (source) => {
  expect(compilePattern(source)).toEqual({ expected: expect.any(String), found: expect.any(String) })
})
