import type { Phrases } from '@caruso/expression'
import type { Texts } from '@caruso/gateway/contract'
import { DialogError } from '../errors.ts'
import { ownTexts, textsFor } from '../own-texts.ts'

/** How ways are told in a language: their conditions by phrases, all else by texts. */
export interface Wording {
  readonly phrases: Phrases
  readonly texts: Texts
}

/**
 * The words of a language.
 *
 * @throws DialogError `USAGE` where conditions cannot be told in it
 */
export async function wordingOf(lang: string): Promise<Wording> {
  return { phrases: await phrasesOf(lang), texts: textsFor(await ownTexts(), lang) }
}

async function phrasesOf(lang: string): Promise<Phrases> {
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
