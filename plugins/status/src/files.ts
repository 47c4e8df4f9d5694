import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'

/** The texts of one language: a flat list by name; `direction` is `ltr` or `rtl`, `language` its own name. */
export type Texts = Readonly<Record<string, string>>

/** What the page is made of. */
export interface Files {
  readonly template: string
  readonly stylesheet: string
  readonly script: string
  readonly icon: string
  readonly texts: ReadonlyMap<string, Texts>
}

/** Reads the page's files; a language more is a file more in `i18n/`. */
export async function loadFiles(): Promise<Files> {
  const [template, stylesheet, script, icon, languages] = await Promise.all([read('public/page.html'), read('public/status.css'), read('public/status.js'), read('public/icon.svg'), readdir(new URL('i18n/', packageRoot))])
  const names = languages.filter((name) => name.endsWith('.json')).toSorted()
  const texts = await Promise.all(names.map(async (name) => [basename(name, '.json'), readTexts(name, await read(`i18n/${name}`))] as const))
  return { template, stylesheet, script, icon, texts: new Map(texts) }
}

/** The same from the sources and from what is built. */
const packageRoot = new URL('../', import.meta.url)

function read(name: string): Promise<string> {
  return readFile(new URL(name, packageRoot), 'utf8')
}

function readTexts(name: string, json: string): Texts {
  const texts: unknown = JSON.parse(json)
  if (!isTexts(texts)) throw new TypeError(`Read the texts in "i18n/${name}": expected an object of texts`)
  return texts
}

function isTexts(value: unknown): value is Texts {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')
}
