import { knownBy, matchOption } from './match-option.ts'
import { folded } from './plain-text.ts'
import type { Option, Reading } from './reading.ts'

/** One of the options: by value, label, number or the beginning of one. */
export function readOne(text: string, options: readonly Option[]): Reading {
  return matchOption(folded(text), knownBy(options))
}
