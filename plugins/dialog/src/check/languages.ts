import { readdirSync } from 'node:fs'
import { didYouMean } from '@caruso/contract'
import { isSupportedCountry } from 'libphonenumber-js/min'
import type { Definition } from '../definition.ts'
import { error, type Rule } from './subject.ts'

const known = readdirSync(new URL('../../i18n/', import.meta.url)).map((name) => name.replace('.json', ''))

/** The languages of a script in which dialogs can speak. */
export function knownLanguages({ languages: wanted }: Definition): readonly string[] {
  return wanted.filter((language) => known.includes(language.split('-')[0] ?? ''))
}

/** Languages in which dialogs themselves cannot speak. */
export const languages: Rule = ({ definition }) => definition.languages.flatMap((language) => (knownLanguages(definition).includes(language) ? [] : [error('unknown-language', definition.place, `Dialogs know no language "${language}"${didYouMean(language, known) || `: there are ${known.join(', ')}`}`)]))

/** Countries that have no telephone numbers. */
export const countries: Rule = ({ definition: { country, place } }) => (country === undefined || isSupportedCountry(country) ? [] : [error('unknown-country', place, `Expected a country of two letters such as "NO", found "${country}"`)])
