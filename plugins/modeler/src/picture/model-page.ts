import type { Attribute, BusinessClass, Relation } from '../business-class.ts'
import { escapeHtml } from '../escape-html.ts'
import type { PageTexts } from '../page-texts.ts'
import { leavesOf } from '../stored.ts'
import { erPicture } from './er-picture.ts'

/** What the page is about. */
export interface PageModel {
  readonly name: string
  readonly classes: readonly BusinessClass[]
  /** What classes are, for people, by their names. */
  readonly descriptions: ReadonlyMap<string, string>
}

/** One page about all classes, which needs nothing beside it. */
export function modelPage({ name, classes, descriptions }: PageModel, texts: PageTexts): string {
  const title = escapeHtml(texts.say('title', { name }))
  const picture = erPicture(classes, { title: texts.say('picture'), description: texts.say('pictureText'), more: (count) => texts.say('more', { count: String(count) }) })
  return [
    '<!doctype html>',
    `<html lang="${texts.language}" dir="${texts.direction}">`,
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${style}</style></head>`,
    '<body>',
    `<header><h1>${title}</h1><p>${escapeHtml(texts.say('intro', { count: String(classes.length) }))}</p></header>`,
    `<nav aria-labelledby="contents"><h2 id="contents">${escapeHtml(texts.say('contents'))}</h2><ul>${classes.map((one) => `<li><a href="#class-${one.name}">${code(one.name)}</a></li>`).join('')}</ul></nav>`,
    '<main>',
    `<h2>${escapeHtml(texts.say('picture'))}</h2>`,
    `<figure tabindex="0">${picture}</figure><p>${escapeHtml(texts.say('pictureText'))}</p>`,
    ...classes.map((one) => section(one, descriptions.get(one.name), texts)),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

function section(one: BusinessClass, description: string | undefined, texts: PageTexts): string {
  const relations = [...one.relations.values()].filter((relation) => !one.attributes.has(relation.name))
  return [
    `<section id="class-${one.name}" aria-labelledby="name-${one.name}"><h2 id="name-${one.name}">${code(one.name)}</h2>`,
    ...(description === undefined ? [] : [`<p>${escapeHtml(description)}</p>`]),
    `<p>${sentence(texts, 'stored', { table: [one.table, ...one.parts.map(({ table }) => table)].join(', '), source: one.source })}${one.readonly === undefined ? '' : ` ${escapeHtml(texts.say('readonly'))}`}${one.locking === undefined ? '' : ` ${sentence(texts, 'locking', { attribute: one.locking.name })}`}</p>`,
    ...(one.key.length === 0 ? [] : [`<p>${escapeHtml(texts.say('key'))}: ${one.key.map((part) => code(part.name)).join(', ')}</p>`]),
    table(texts.say('attributes', { name: one.name }), ['attribute', 'type', 'column', 'description'].map((head) => texts.say(head)), [...one.attributes.values()].map((attribute) => attributeRow(attribute, texts))),
    ...(relations.length === 0 ? [] : [table(texts.say('relations', { name: one.name }), ['relation', 'leadsTo'].map((head) => texts.say(head)), relations.map((relation) => relationRow(relation, texts)))]),
    '</section>',
  ].join('\n')
}

function attributeRow({ name, definition, stored, required }: Attribute, texts: PageTexts): string[] {
  const target = definition.type === 'reference' ? ` ${classLink(definition.to)}` : ''
  const unique = 'unique' in definition && definition.unique === true
  const marks = [...(required ? [texts.say('required')] : []), ...(unique ? [texts.say('unique')] : [])]
  const options = definition.type === 'choice' || definition.type === 'choices' ? `: ${definition.of.map(code).join(', ')}` : ''
  return [code(name), `${code(definition.type)}${target}${options}${marks.length === 0 ? '' : ` (${escapeHtml(marks.join(', '))})`}`, leavesOf(stored).map(({ column, part }) => code(part === undefined ? column : `${part.table}.${column}`)).join(', '), escapeHtml(definition.description ?? '')]
}

function relationRow({ name, target, many, link, pairs }: Relation, texts: PageTexts): string[] {
  const [label = '', after = ''] = escapeHtml(texts.say(many ? 'manyOf' : 'oneOf', { name: '\u0000' })).split('\u0000')
  const way = link === undefined ? sentence(texts, 'by', { attribute: pairs.map(({ other }) => other.path).join(', ') }) : sentence(texts, 'through', { table: link.table })
  return [code(name), `${label}${classLink(target)}${after} ${way}`]
}

/** A text whose values are names. */
function sentence(texts: PageTexts, name: string, values: Readonly<Record<string, string>>): string {
  return Object.keys(values).reduce((text, key) => text.replace(`{${key}}`, () => code(values[key] ?? '')), escapeHtml(texts.say(name)))
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const body = rows.map(([first = '', ...cells]) => `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  return `<table><caption>${escapeHtml(caption)}</caption><thead><tr>${heads.map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table>`
}

function classLink(name: string): string {
  return `<a href="#class-${escapeHtml(name)}">${code(name)}</a>`
}

/** A name as it stands in files: always from left to right. */
function code(name: string): string {
  return `<code dir="ltr">${escapeHtml(name)}</code>`
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#c3cad4, #4a5360); --soft: light-dark(#f4f6f8, #1d2128); --text: light-dark(#1c2430, #e4e8ee); --back: light-dark(#fff, #14171c); --link: light-dark(#0b5cad, #7cb8f7) }
body { margin: 0 auto; max-width: 70rem; padding: 2rem 1.5rem; font: 1rem/1.5 system-ui, sans-serif; background: var(--back); color: var(--text) }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem }
nav ul { columns: 16rem; padding: 0; list-style: none; margin: 0 } a { color: var(--link) } :focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
code { font: .9em ui-monospace, monospace; unicode-bidi: isolate; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse; margin: .75rem 0 } caption { text-align: start; font-weight: 600; padding: .25rem 0 }
th, td { text-align: start; vertical-align: top; padding: .3rem .6rem; border: 1px solid var(--line); font-weight: normal } thead th { background: var(--soft); font-weight: 600 }
figure { margin: 0; overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem } svg { display: block; font: 13px ui-monospace, monospace; fill: var(--text) }
svg rect { fill: var(--soft); stroke: var(--line) } svg .rule, svg .line path { fill: none; stroke: var(--line) } svg .line path { stroke: light-dark(#5b6878, #97a4b5); stroke-width: 1.3 } svg .links path:first-of-type { stroke-dasharray: 5 4 } svg .name, svg .key { font-weight: 700 } svg a:hover rect { stroke: var(--link) }
@media print { body { max-width: none; padding: 0 } nav { display: none } svg { width: 100%; height: auto } figure { overflow: visible; border: 0 } section { break-inside: auto } tr, h2 { break-inside: avoid; break-after: auto } h2 { break-after: avoid } }
`
