import { ar } from './ar.ts'
import { en } from './en.ts'
import { nb } from './nb.ts'

/** The words by which people of a language answer, beyond what Intl knows of it; the first of each is written. */
export interface Words {
  readonly yes: readonly string[]
  readonly no: readonly string[]
  readonly today: readonly string[]
  readonly tomorrow: readonly string[]
  readonly yesterday: readonly string[]
}

const languages: Readonly<Record<string, Words>> = { en, nb, ar }

/** Of a language without words of its own, those of English, which are understood in every language beside it. */
export function wordsOf(language: string): Words {
  return languages[language] ?? en
}
