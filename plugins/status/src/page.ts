import type { InputOf, OutputOf } from '@caruso/contract'
import { chooseLanguage, escapeHtml, languageLinks } from '@caruso/gateway/contract'
import type { Pages, Texts } from '@caruso/gateway/contract'
import type { Files } from './files.ts'

type Request = InputOf<typeof Pages.operations.get>
type Page = OutputOf<typeof Pages.operations.get>

/** The status page with its files, in every language there is. */
export class StatusPage {
  readonly #pages: ReadonlyMap<string, string>
  readonly #files: ReadonlyMap<string, Page>

  constructor(files: Files) {
    this.#pages = new Map([...files.texts].map(([language, texts]) => [language, render(files.template, language, texts, files.texts)]))
    this.#files = new Map([
      ['/status.css', { status: 200, type: 'text/css', body: files.stylesheet }],
      ['/status.js', { status: 200, type: 'text/javascript', body: files.script }],
      ['/icon.svg', { status: 200, type: 'image/svg+xml', body: files.icon }],
    ])
  }

  get({ path, query, acceptLanguage }: Request): Page {
    if (path !== '/') return this.#files.get(path) ?? { status: 404, type: 'text/plain', body: 'Not found' }
    const language = chooseLanguage(new Set(this.#pages.keys()), query?.['lang'], acceptLanguage)
    return { status: 200, type: 'text/html', body: this.#pages.get(language) ?? '', language }
  }
}

function render(template: string, language: string, texts: Texts, all: ReadonlyMap<string, Texts>): string {
  // Inside a script element only "<" could end the data early.
  const data = JSON.stringify(texts).replaceAll('<', String.raw`\u003c`)
  const places: Texts = { ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, escapeHtml(text)])), lang: language, languages: languageLinks(all, language), texts: data }
  return template.replace(/\{\{([a-zA-Z.]+)\}\}/g, (_place, name: string) => places[name] ?? missing(name, language))
}

function missing(name: string, language: string): never {
  throw new TypeError(`Made the page in "${language}": the text "${name}" is missing from its file in i18n`)
}
