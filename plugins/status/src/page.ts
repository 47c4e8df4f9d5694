import type { InputOf, OutputOf } from '@caruso/contract'
import type { Pages } from '@caruso/gateway/contract'
import type { Files, Texts } from './files.ts'
import { chooseLanguage } from './language.ts'

type Request = InputOf<typeof Pages.operations.get>
type Page = OutputOf<typeof Pages.operations.get>

/** The status page with its files, in every language there is. */
export class StatusPage {
  readonly #pages: ReadonlyMap<string, string>
  readonly #files: ReadonlyMap<string, Page>

  constructor(files: Files) {
    const languages = new Map([...files.texts].map(([language, texts]) => [language, texts['language'] ?? language]))
    this.#pages = new Map([...files.texts].map(([language, texts]) => [language, render(files.template, language, texts, languages)]))
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

function render(template: string, language: string, texts: Texts, languages: ReadonlyMap<string, string>): string {
  const links = [...languages].map(([tag, name]) => `<a href="?lang=${tag}" lang="${tag}" hreflang="${tag}"${tag === language ? ' aria-current="true"' : ''}>${escape(name)}</a>`)
  // Inside a script element only "<" could end the data early.
  const data = JSON.stringify(texts).replaceAll('<', String.raw`\u003c`)
  const places: Texts = { ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, escape(text)])), lang: language, languages: links.join('\n'), texts: data }
  return template.replace(/\{\{([a-zA-Z.]+)\}\}/g, (_place, name: string) => places[name] ?? missing(name, language))
}

function missing(name: string, language: string): never {
  throw new TypeError(`Made the page in "${language}": the text "${name}" is missing from its file in i18n`)
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
