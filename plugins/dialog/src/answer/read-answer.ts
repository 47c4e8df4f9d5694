import { localeOf, type Locale } from '../locale.ts'
import { plainText } from './plain-text.ts'
import { readDate } from './read-date.ts'
import { readEmail } from './read-email.ts'
import { readKeys } from './read-keys.ts'
import { readMany } from './read-many.ts'
import { readMoney } from './read-money.ts'
import { readNumber } from './read-number.ts'
import { readOne } from './read-one.ts'
import { readTelephone } from './read-telephone.ts'
import { readText } from './read-text.ts'
import { readYesNo } from './read-yes-no.ts'
import type { Expected, Hearing, Reading } from './reading.ts'

/** The most characters that an answer has. */
export const longestAnswer = 10_000

/**
 * Reads what somebody typed, as people write it in the language of the hearing, or the keys that a caller pressed.
 * A question that needs no answer takes an empty text as null. Nothing is guessed and nothing is rounded: what can
 * be read in two ways is no answer. It takes time in proportion to the text and never throws.
 */
export function readAnswer(expected: Expected, text: string, hearing: Hearing): Reading {
  if (text.length > longestAnswer) return { wrong: 'too-long' }
  const locale = localeOf(hearing.language)
  if (hearing.channel === 'keypad') return readKeys(expected, text, locale, hearing)
  if (plainText(text) === '') return expected.required ? { wrong: 'empty' } : { value: null }
  return readTyped(expected, text, locale, hearing)
}

function readTyped(expected: Expected, text: string, locale: Locale, hearing: Hearing): Reading {
  switch (expected.type) {
    case 'text':
      return readText(text)
    case 'number':
      return readNumber(text, locale)
    case 'money':
      return readMoney(text, expected.currency, locale)
    case 'date':
      return readDate(text, locale, hearing.today)
    case 'yes-no':
      return readYesNo(text, expected.choices, locale)
    case 'one':
      return readOne(text, expected.choices)
    case 'many':
      return readMany(text, expected.choices, locale)
    case 'email':
      return readEmail(text)
    case 'telephone':
      return readTelephone(text, hearing.country ?? locale.region)
  }
}
