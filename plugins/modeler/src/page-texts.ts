import { CarusoError } from '@caruso/contract'
import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'

/** The texts of the page in one language, by name. */
export interface PageTexts {
  readonly language: string
  readonly direction: string
  /** A text with values in its places. */
  say(name: string, values?: Readonly<Record<string, string>>): string
}

const folder = new URL('../i18n/', import.meta.url)

/**
 * A language more is a file more.
 *
 * @throws CarusoError `USAGE` for a language that there is not
 */
export async function pageTexts(language: string): Promise<PageTexts> {
  const known = (await readdir(folder)).filter((name) => name.endsWith('.json')).map((name) => basename(name, '.json')).toSorted()
  if (!known.includes(language)) throw new CarusoError('USAGE', `Looked for the texts in language ${JSON.stringify(language)}: there are ${known.join(', ')}`)
  const texts = JSON.parse(await readFile(new URL(`${language}.json`, folder), 'utf8')) as Readonly<Record<string, string>>
  return {
    language,
    direction: texts['direction'] ?? 'ltr',
    say: (name, values = {}) => (texts[name] ?? name).replaceAll(/\{(\w+)\}/g, (place, key: string) => values[key] ?? place),
  }
}
