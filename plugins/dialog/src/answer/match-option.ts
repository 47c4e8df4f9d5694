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

/** The option that a folded text means: by a name, its digit, or a beginning of one name only. What means two options means none. */
export function matchOption(small: string, known: readonly Known[]): Matched {
  const exact = known.filter(({ names, digit }) => digit === small || names.includes(small))
  const begun = known.filter(({ names }) => names.some((name) => name.startsWith(small)))
  // "3" is the third option, unless another is called "3 months".
  const isNumber = /^\d+$/.test(small)
  const meant = exact.length === 0 ? begun : isNumber ? known.filter((one) => exact.includes(one) || one.names.some((name) => name.startsWith(`${small} `))) : exact
  const [only, second] = meant
  if (only === undefined || small === '') return { wrong: 'choice' }
  return second === undefined ? { value: only.value } : { wrong: 'unclear' }
}
