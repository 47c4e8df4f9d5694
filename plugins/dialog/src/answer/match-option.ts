import { folded } from './plain-text.ts'
import type { Option, Wrong } from './reading.ts'

/** An option with all by which it is known, folded. */
export interface Known {
  readonly value: string
  readonly names: readonly string[]
  readonly digit: string
}

/** What each option is known by: its value, its label and more names that are given. */
export function knownBy(options: readonly Option[], more: Readonly<Record<string, readonly string[]>> = {}): readonly Known[] {
  return options.map(({ value, label, digit }, index) => ({ value, digit: digit ?? String(index + 1), names: [value, label, ...(more[value] ?? [])].map(folded).filter((name) => name !== '') }))
}

/** The value of the option that was meant. */
export type Matched = { readonly value: string } | { readonly wrong: Wrong }

/** The option that a folded text means: by a name, its digit, or the beginning or words of one name only. What means two options means none. */
export function matchOption(small: string, known: readonly Known[]): Matched {
  const [only, second] = small === '' ? [] : meant(small, known)
  if (only === undefined) return { wrong: 'choice' }
  return second === undefined ? { value: only.value } : { wrong: 'unclear' }
}

function meant(small: string, known: readonly Known[]): readonly Known[] {
  const exact = known.filter(({ names, digit }) => digit === small || names.includes(small))
  // "3" is the third option, unless another is called "3 months".
  const isNumber = /^\d+$/.test(small)
  if (exact.length > 0) return isNumber ? known.filter((one) => exact.includes(one) || one.names.some((name) => name.startsWith(`${small} `))) : exact
  const begun = known.filter(({ names }) => names.some((name) => name.startsWith(small)))
  return begun.length > 0 ? begun : known.filter(({ names }) => names.some((name) => hasWords(name, small)))
}

/** Whether each word of a text, of three letters at least, begins a word of the name. */
function hasWords(name: string, text: string): boolean {
  const words = text.split(' ')
  const names = name.split(' ')
  return words.length <= names.length && words.every((word) => word.length >= 3 && names.some((one) => one.startsWith(word)))
}
