import type { Locale } from '../locale.ts'
import { knownBy, type Known } from './match-option.ts'
import { plainText } from './plain-text.ts'
import { dateOf } from './read-date.ts'
import { inOrder } from './read-many.ts'
import { amountOf } from './read-money.ts'
import { decimalOf, limited } from './read-number.ts'
import { readTelephone } from './read-telephone.ts'
import { yesAndNo } from './read-yes-no.ts'
import type { Expected, Hearing, Option, Reading } from './reading.ts'

/** What a caller pressed: `#` ends it, `*` is the decimal sign, a day is `DDMMYYYY`. Text is kept as its digits. */
export function readKeys(expected: Expected, text: string, locale: Locale, hearing: Hearing): Reading {
  const pressed = plainText(text).replaceAll(' ', '')
  const keys = pressed.endsWith('#') ? pressed.slice(0, -1) : pressed
  if (keys === '') return expected.required ? { wrong: 'empty' } : { value: null }
  if (!/^[\d*]+$/.test(keys)) return { wrong: 'keys' }
  return ofType(expected, keys, locale, hearing)
}

function ofType(expected: Expected, keys: string, locale: Locale, hearing: Hearing): Reading {
  switch (expected.type) {
    case 'number':
      return numberOf(keys, locale)
    case 'money':
      return moneyOf(keys, expected.currency, locale)
    case 'date':
      return dayOf(keys)
    case 'yes-no': {
      const reading = oneOf(keys, yesAndNo(expected.choices))
      return 'wrong' in reading ? { wrong: 'yes-no' } : { value: reading.value === 'yes' }
    }
    case 'one':
      return oneOf(keys, expected.choices)
    case 'many':
      return manyOf(keys, expected.choices)
    case 'telephone':
      return readTelephone(keys, hearing.country ?? locale.region)
    case 'email':
      return { wrong: 'email' }
    case 'text':
      return { value: keys }
  }
}

function numberOf(keys: string, locale: Locale): Reading {
  const decimal = decimalKeys(keys, locale)
  return decimal === undefined ? { wrong: 'number' } : limited(decimal)
}

function moneyOf(keys: string, currency: string | undefined, locale: Locale): Reading {
  const decimal = decimalKeys(keys, locale)
  if (currency === undefined) return { wrong: 'currency' }
  return decimal === undefined ? { wrong: 'number' } : amountOf(decimal, currency)
}

function decimalKeys(keys: string, locale: Locale): string | undefined {
  return keys.split('*').length > 2 ? undefined : decimalOf(keys.replace('*', '٫'), locale)
}

function dayOf(keys: string): Reading {
  const [, day, month, year] = /^(\d\d)(\d\d)(\d{4})$/.exec(keys) ?? []
  const value = dateOf(Number(year), Number(month), Number(day))
  return value === undefined ? { wrong: 'date' } : { value }
}

function oneOf(keys: string, options: readonly Option[]): Reading {
  const found = knownBy(options).find(({ digit }) => digit === keys)
  return found === undefined ? { wrong: 'choice' } : { value: found.value }
}

/** No digit of an option begins another's, so each is known when its last key is pressed. `*` may stand between them. */
function manyOf(keys: string, options: readonly Option[]): Reading {
  const known = knownBy(options)
  const chosen = new Set<string>()
  for (let at = 0; at < keys.length; ) {
    const found: Known | undefined = known.find(({ digit }) => keys.startsWith(digit, at))
    if (found === undefined && keys[at] !== '*') return { wrong: 'choice' }
    if (found !== undefined) chosen.add(found.value)
    at += found?.digit.length ?? 1
  }
  return inOrder(chosen, options)
}
