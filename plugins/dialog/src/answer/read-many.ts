import type { Locale } from '../locale.ts'
import { knownBy, matchOption, type Known, type Matched } from './match-option.ts'
import { folded, plainText } from './plain-text.ts'
import type { Option, Reading } from './reading.ts'

/** What has more commas and "and"s is no answer. */
const mostParts = 200

/** Several options, between commas or "and", also where labels have these themselves; in the order of the options, each once. */
export function readMany(text: string, options: readonly Option[], locale: Locale): Reading {
  const known = knownBy(options)
  const plain = plainText(text.replace(/\n/g, ','))
  const parts = partsOf(plain, locale)
  if (parts.length > mostParts) return { wrong: 'choice' }
  const most = Math.max(...options.map(({ label }) => partsOf(plainText(label), locale).length))
  const chosen = new Set<string>()
  for (let at = 0; at < parts.length; ) {
    const { reading, taken } = longest(plain, parts.slice(at, at + most), known)
    if ('wrong' in reading) return reading
    if (reading.value !== '') chosen.add(reading.value)
    at += taken
  }
  return inOrder(chosen, options)
}

/** The chosen values in the order of the options, so that it does not matter in which order somebody says them. */
export function inOrder(chosen: ReadonlySet<string>, options: readonly Option[]): Reading {
  const value = options.map((option) => option.value).filter((one) => chosen.has(one))
  return value.length === 0 ? { wrong: 'choice' } : { value }
}

interface Part {
  readonly start: number
  readonly end: number
}

function partsOf(plain: string, locale: Locale): readonly Part[] {
  const breaks = [...plain.matchAll(locale.between)].map((found) => ({ start: found.index, end: found.index + found[0].length }))
  return [...breaks, { start: plain.length, end: plain.length }].map(({ start }, index) => ({ start: breaks[index - 1]?.end ?? 0, end: start }))
}

/** The longest run of parts that is called as an option is; else the first part by itself. */
function longest(plain: string, parts: readonly Part[], known: readonly Known[]): { readonly reading: Matched; readonly taken: number } {
  const start = parts[0]?.start
  for (let taken = parts.length; taken > 1; taken--) {
    const small = folded(plain.slice(start, parts[taken - 1]?.end))
    const named = known.filter(({ names }) => names.includes(small))
    if (named.length === 1) return { reading: { value: named[0]?.value ?? '' }, taken }
  }
  const small = folded(plain.slice(start, parts[0]?.end))
  return { reading: small === '' ? { value: '' } : matchOption(small, known), taken: 1 }
}
