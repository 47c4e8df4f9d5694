import { chooseLanguage, loadTexts } from '@caruso/gateway/contract'
import type { Texts } from '@caruso/gateway/contract'

/** The plugin's own texts by language; a language more is a file more in `i18n/`. */
export function ownTexts(): Promise<ReadonlyMap<string, Texts>> {
  return loadTexts(new URL('../i18n/', import.meta.url))
}

/** Those of a language, without its region; English where it has none. */
export function textsFor(texts: ReadonlyMap<string, Texts>, language: string): Texts {
  return texts.get(chooseLanguage(new Set(texts.keys()), language, undefined)) ?? {}
}
