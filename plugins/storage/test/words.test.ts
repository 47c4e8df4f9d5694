import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wordPattern } from '../src/word-pattern.ts'
import { wordsOf } from '../src/words.ts'
import { hurtingText } from './hurting-text.ts'

test.each([
  ['Per-Olav Ærlig/Sørensen, Åse', ['per', 'olav', 'aerlig', 'sorensen', 'ase']],
  ['e\u0301te ÉTÉ d’Ête', ['ete', 'd']],
  ['Straße STRASSE Þór', ['strasse', 'thor']],
  ['أحمد إسلام آمنة ٱلله مُحَمَّد مـحـمـد مدرسة ﻻ', ['احمد', 'اسلام', 'امنه', 'الله', 'محمد', 'مدرسه', 'لا']],
  ['١٢٣ ۱۲۳ 123 １２３ ²', ['123', '2']],
  ['o\u00adla@firma.no +47 22-33', ['ola', 'firma', 'no', '47', '22', '33']],
  ['日本語 \u{1F600}x\u{20000}', ['日本語', 'x\u{20000}']],
  ['\ud800a\0b', ['a', 'b']],
  ['a'.repeat(70), ['a'.repeat(64)]],
  [' -\t', []],
])('wordsOf(%j)', (text, words) => {
  expect(wordsOf(text)).toEqual(words)
})

test('wordPattern() finds in a text what its words begin with, and no more', () => {
  fc.assert(
    fc.property(hurtingText, hurtingText, fc.nat(), (text, other, cut) => {
      const word = wordsOf(`${text} ${other}`).at(cut % 3)
      if (word === undefined) return
      const begin = Array.from(word).slice(0, 1 + (cut % 8)).join('')
      if (/(.)\1{4}/u.test(begin)) return
      const words = wordsOf(text)
      expect([begin, new RegExp(wordPattern(begin, false), 'u').test(text)]).toEqual([begin, words.some((one) => one.startsWith(begin))])
      expect([begin, new RegExp(wordPattern(begin, true), 'u').test(text)]).toEqual([begin, words.includes(begin)])
    }),
    { numRuns: Number(process.env['CARUSO_WORDS'] ?? 2_000) },
  )
})
