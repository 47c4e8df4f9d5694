import type { TSchema } from '@caruso/contract'
import { isReadable } from './operation-table.ts'
import type { Route } from './operation-table.ts'
import { propertiesOf } from './query-input.ts'
import { escapeHtml, languageLinks } from './texts.ts'
import type { Texts } from './texts.ts'

/** A page for people that lists the operations that are offered now; those that can be read by address have a form to try them. */
export class DocsPage {
  readonly #all: ReadonlyMap<string, Texts>
  readonly #language: string
  readonly #texts: Texts

  /** @param all the texts by language, of which `language` is one */
  constructor(all: ReadonlyMap<string, Texts>, language: string) {
    this.#all = all
    this.#language = language
    this.#texts = all.get(language) ?? {}
  }

  /** The page as HTML. */
  html(routes: readonly Route[]): string {
    const contracts = Map.groupBy(routes, (route) => `${route.contract} ${route.version}`)
    const sections = [...contracts].map(([title, members]) => `<section><h2><bdi dir="ltr">${escapeHtml(title)}</bdi></h2>${members.map((route) => this.#operation(route)).join('')}</section>`)
    const links = ([['openApi', 'openapi.json'], ['metrics', 'metrics'], ['health', 'health']] as const).map(([name, address]) => `<a href="${address}">${this.#text(name)}</a>`)
    return `<!doctype html>
<html lang="${this.#language}" dir="${this.#text('direction')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${this.#text('title')}</title>
<link rel="stylesheet" href="docs/docs.css">
<link rel="icon" href="docs/icon.svg" type="image/svg+xml">
</head>
<body>
<header>
<h1>${this.#text('title')}</h1>
<nav aria-label="${this.#text('languageLabel')}">
${languageLinks(this.#all, this.#language)}
</nav>
<p>${this.#text('made').replace('{links}', () => links.join(', '))}</p>
</header>
<main>${sections.length === 0 ? `<p>${this.#text('none')}</p>` : sections.join('\n')}</main>
</body>
</html>
`
  }

  #operation(route: Route): string {
    const { operation, address } = route
    const ends = operation.stream === undefined ? 'inputAndOutput' : 'inputAndItems'
    return `<article>
<h3><code dir="ltr">${isReadable(route) ? 'GET, POST' : 'POST'} ${escapeHtml(address)}</code></h3>
${this.#description(route)}
${isReadable(route) ? this.#form(route) : `<pre dir="ltr" tabindex="0">curl -X POST -H 'content-type: application/json' -d '{}' http://localhost…${escapeHtml(address)}</pre>`}
<details><summary>${this.#text(ends)}</summary><pre dir="ltr" tabindex="0">${schemaText(operation.input)}</pre><pre dir="ltr" tabindex="0">${schemaText(operation.output ?? operation.stream ?? {})}</pre></details>
</article>`
  }

  /** What the contract says, in its author's language, and what must be known besides. */
  #description({ operation: { description, stream, permission } }: Route): string {
    const notes = [stream === undefined ? [] : [this.#text('lineByLine')], permission === undefined ? [] : [this.#text('permission').replace('{permission}', () => `<bdi>${escapeHtml(permission)}</bdi>`)]].flat()
    if (description === undefined && notes.length === 0) return ''
    return `<p>${description === undefined ? '' : `<bdi>${escapeHtml(description)}</bdi>`}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}</p>`
  }

  #form({ address, operation }: Route): string {
    const properties = [...propertiesOf(operation.input)]
    const tryIt = this.#text('tryIt')
    if (properties.length === 0) return `<p><a href="${escapeHtml(address.slice(1))}">${tryIt}</a></p>`
    const required = 'required' in operation.input && Array.isArray(operation.input.required) ? operation.input.required : []
    // An empty field would be sent as an empty text, so only what is needed has a field.
    const needed = properties.filter(([name]) => required.includes(name))
    const fields = needed.map(([name]) => `<label><bdi>${escapeHtml(name)}</bdi> <input name="${escapeHtml(name)}" dir="auto" required></label>`)
    return `<form action="${escapeHtml(address.slice(1))}">${fields.join(' ')} <button>${tryIt}</button></form>`
  }

  #text(name: string): string {
    const text = this.#texts[name]
    if (text === undefined) throw new TypeError(`Made the page of operations in "${this.#language}": the text "${name}" is missing from its file in i18n`)
    return escapeHtml(text)
  }
}

function schemaText(schema: TSchema): string {
  return escapeHtml(JSON.stringify(schema, undefined, 2))
}
