import type { InputOf, OutputOf } from '@caruso/contract'
import { readFile } from 'node:fs/promises'
import type { Pages } from './contract.ts'
import { chooseLanguage } from './language.ts'
import { escapeHtml, languageLinks } from './texts.ts'
import type { Texts } from './texts.ts'

type Request = InputOf<typeof Pages.operations.get>
type Page = OutputOf<typeof Pages.operations.get>

/** Where a page is made from. */
export interface PageSource {
  /** The folder that holds `page.html` and the files. */
  readonly folder: URL
  /** Media types of the files beside the page, by their addresses: `/page.css`. */
  readonly files: Readonly<Record<string, string>>
  readonly texts: ReadonlyMap<string, Texts>
  /** Which texts the page's script needs; all without it. */
  readonly forScript?: (name: string) => boolean
}

/**
 * One page in several languages, with its files. In `page.html`, `{{name}}` is the text of that name, `{{lang}}` the
 * language, `{{languages}}` links to the page in all of them, and `{{texts}}` the texts for its script, as JSON.
 */
export class TranslatedPage {
  readonly #pages: ReadonlyMap<string, string>
  readonly #files: ReadonlyMap<string, Page>

  private constructor(pages: ReadonlyMap<string, string>, files: ReadonlyMap<string, Page>) {
    this.#pages = pages
    this.#files = files
  }

  /** @throws TypeError for a text that is missing */
  static async load(source: PageSource): Promise<TranslatedPage> {
    const read = (name: string): Promise<string> => readFile(new URL(name, source.folder), 'utf8')
    const template = await read('page.html')
    const files = Object.entries(source.files).map(async ([path, type]): Promise<[string, Page]> => [path, { status: 200, type, body: await read(path.slice(1)) }])
    return new TranslatedPage(new Map([...source.texts.keys()].map((language) => [language, render(template, language, source)])), new Map(await Promise.all(files)))
  }

  get({ path, query, acceptLanguage }: Request): Page {
    if (path !== '/') return this.#files.get(path) ?? { status: 404, type: 'text/plain', body: 'Not found' }
    const language = chooseLanguage(new Set(this.#pages.keys()), query?.['lang'], acceptLanguage)
    return { status: 200, type: 'text/html', body: this.#pages.get(language) ?? '', language }
  }
}

function render(template: string, language: string, { texts: all, forScript = () => true }: PageSource): string {
  const texts = all.get(language) ?? {}
  const data = Object.fromEntries(Object.entries(texts).filter(([name]) => forScript(name)))
  const places: Texts = {
    ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, escapeHtml(text)])),
    lang: language,
    languages: languageLinks(all, language),
    // Inside a script element only "<" could end the data early.
    texts: JSON.stringify(data).replaceAll('<', String.raw`\u003c`),
  }
  return template.replace(/\{\{([a-zA-Z.]+)\}\}/g, (_place, name: string) => places[name] ?? missing(name, language))
}

function missing(name: string, language: string): never {
  throw new TypeError(`Made the page in "${language}": the text "${name}" is missing from its file in i18n`)
}
