import { readFile } from 'node:fs/promises'
import type { InputOf, OutputOf } from '@caruso/contract'
import { chooseLanguage, escapeHtml, languageLinks } from '@caruso/gateway/contract'
import type { Pages } from '@caruso/gateway/contract'
import type { Texts } from './view.ts'

type Request = InputOf<typeof Pages.operations.get>
type Page = OutputOf<typeof Pages.operations.get>

/** The same from the sources and from what is built. */
const folder = new URL('../public/', import.meta.url)

const files = { '/dialog.css': 'text/css', '/dialog.js': 'text/javascript', '/field.js': 'text/javascript', '/icon.svg': 'image/svg+xml' } as const

/** The page on which customers serve themselves: one question at a time, in every language that there is. */
export class DialogPage {
  readonly #pages: ReadonlyMap<string, string>
  readonly #files: ReadonlyMap<string, Page>

  private constructor(pages: ReadonlyMap<string, string>, files: ReadonlyMap<string, Page>) {
    this.#pages = pages
    this.#files = files
  }

  static async load(texts: ReadonlyMap<string, Texts>): Promise<DialogPage> {
    const template = await read('page.html')
    const pages = [...texts].map(([language, own]) => [language, render(template, language, own, texts)] as const)
    const served = Object.entries(files).map(async ([path, type]) => [path, { status: 200, type, body: await read(path.slice(1)) }] as const)
    return new DialogPage(new Map(pages), new Map(await Promise.all(served)))
  }

  get({ path, query, acceptLanguage }: Request): Page {
    if (path !== '/') return this.#files.get(path) ?? { status: 404, type: 'text/plain', body: 'Not found' }
    const language = chooseLanguage(new Set(this.#pages.keys()), query?.['lang'], acceptLanguage)
    return { status: 200, type: 'text/html', body: this.#pages.get(language) ?? '', language }
  }
}

function read(name: string): Promise<string> {
  return readFile(new URL(name, folder), 'utf8')
}

function render(template: string, language: string, texts: Texts, all: ReadonlyMap<string, Texts>): string {
  const shown = Object.fromEntries(Object.entries(texts).filter(([name]) => name.startsWith('page.')))
  // Inside a script element only "<" could end the data early.
  const data = JSON.stringify(shown).replaceAll('<', String.raw`\u003c`)
  const places: Texts = { ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, escapeHtml(text)])), lang: language, languages: languageLinks(all, language), texts: data }
  return template.replace(/\{\{([a-zA-Z.]+)\}\}/g, (_place, name: string) => places[name] ?? missing(name, language))
}

function missing(name: string, language: string): never {
  throw new TypeError(`Made the page in "${language}": the text "${name}" is missing from its file in i18n`)
}
