import type { Phrases } from '@caruso/expression'
import { DialogError } from '../errors.ts'

/** How conditions are told in a language. */
export async function phrasesOf(lang: string): Promise<Phrases> {
  switch (lang) {
    case 'en':
      return (await import('@caruso/expression/i18n/en.json', { with: { type: 'json' } })).default
    case 'nb':
      return (await import('@caruso/expression/i18n/nb.json', { with: { type: 'json' } })).default
    case 'ar':
      return (await import('@caruso/expression/i18n/ar.json', { with: { type: 'json' } })).default
    default:
      throw new DialogError('USAGE', `Told conditions in "${lang}": there are en, nb and ar`)
  }
}
