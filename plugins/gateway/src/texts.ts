import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'

/** The texts of one language: a flat list by name; `direction` is `ltr` or `rtl`, `language` its own name. */
export type Texts = Readonly<Record<string, string>>

/** The texts of a page by language; a language more is a file more in the folder. */
export async function loadTexts(folder: URL): Promise<ReadonlyMap<string, Texts>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted()
  const texts = await Promise.all(names.map(async (name) => [basename(name, '.json'), readTexts(name, await readFile(new URL(name, folder), 'utf8'))] as const))
  return new Map(texts)
}

/** Links to the page in every language there is, as HTML. */
export function languageLinks(texts: ReadonlyMap<string, Texts>, shown: string): string {
  const links = [...texts].map(([tag, { language = tag }]) => `<a href="?lang=${tag}" lang="${tag}" hreflang="${tag}"${tag === shown ? ' aria-current="true"' : ''}>${escapeHtml(language)}</a>`)
  return links.join('\n')
}

/** A text as it may stand in HTML, in an attribute too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function readTexts(name: string, json: string): Texts {
  const texts: unknown = JSON.parse(json)
  if (!isTexts(texts)) throw new TypeError(`Read the texts in "i18n/${name}": expected an object of texts`)
  return texts
}

function isTexts(value: unknown): value is Texts {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')
}
