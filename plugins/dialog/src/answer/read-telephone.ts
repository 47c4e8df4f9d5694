import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { plainText } from './plain-text.ts'
import type { Reading } from './reading.ts'

const longestTelephone = 60

/** A telephone number as E.164: with its country, or as it is dialled within the country that is given. */
export function readTelephone(text: string, country: string | undefined): Reading {
  const plain = text.length > longestTelephone ? '' : plainText(text).replace(/^00(?=\d)/, '+')
  const home = country !== undefined && isSupportedCountry(country) ? { defaultCountry: country } : {}
  // Letters would be taken as those on the keys.
  const number = /^[+\d][\d ()./-]*$|^\([\d ()./-]*$/.test(plain) ? parsePhoneNumberFromString(plain, { ...home, extract: false }) : undefined
  return number?.isValid() === true ? { value: number.number } : { wrong: 'telephone' }
}
