import { stringify } from 'csv-stringify/sync'
import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import { isComputedHidden } from './computed.ts'
import type { Shape } from './contract.ts'
import { ModelerError } from './errors.ts'
import { hiddenAttribute, isHidden, requireSeen, unknownAttribute } from './path-resolver.ts'
import type { BusinessObject } from './row-mapper.ts'
import type { Stored } from './stored.ts'

/** How objects become text: columns separated as told, or one JSON object a line. */
export interface ExportFormat {
  readonly format: 'csv' | 'jsonl'
  readonly separator?: ',' | ';' | '\t'
  /** For people who open it in a spreadsheet. */
  readonly spreadsheet?: boolean
}

/** A column of the text: its title, and the way to its value in an object. */
interface Column {
  readonly title: string
  readonly way: readonly string[]
  /** Of a reference: the name of the key in the object that stands in its place where that is read too. */
  readonly key?: string
}

/** What a spreadsheet takes for a formula, but for signed numbers, those of telephones among them. */
const formula = /^[=@\t\r\n＝＠]|^[+\-＋－](?![\d\s().,/-]*$)/

/**
 * Objects of a class as text. What has parts, such as money, has a column for each; a path may lead over relations to one.
 * In CSV (RFC 4180) null is nothing, and a text without characters `""`; several choices are separated by `; `.
 */
export class ObjectExport {
  /** What has to be read of the objects. */
  readonly shape: Shape
  readonly #columns: readonly Column[]
  readonly #format: ExportFormat

  /** @throws ModelerError `ATTRIBUTE_UNKNOWN`, `ATTRIBUTE_HIDDEN`, `REQUEST_INVALID` */
  constructor(one: BusinessClass, paths: readonly string[] | undefined, format: ExportFormat, classes: SeenClasses) {
    const found = (paths ?? seenNames(one, classes)).map((path) => columnsOf(one, path, classes))
    this.shape = found.map(({ shape }) => shape).reduce(joined, { fields: [] })
    this.#columns = found.flatMap(({ columns }) => columns)
    this.#format = format
  }

  /** What stands before all objects. */
  head(): string {
    if (this.#format.format === 'jsonl') return ''
    return (this.#format.spreadsheet ? '\uFEFF' : '') + this.#lines([this.#columns.map(({ title }) => title)])
  }

  text(objects: readonly BusinessObject[]): string {
    if (this.#format.format === 'csv') return this.#lines(objects.map((object) => this.#columns.map((column) => this.#cell(column, object))))
    return objects.map((object) => `${JSON.stringify(Object.fromEntries(this.#columns.map((column) => [column.title, valueOf(column, object)])))}\n`).join('')
  }

  #cell(column: Column, object: BusinessObject): unknown {
    const value = valueOf(column, object)
    const text = Array.isArray(value) ? value.join('; ') : value
    return this.#format.spreadsheet && typeof text === 'string' && formula.test(text) ? `'${text}` : text
  }

  #lines(rows: readonly (readonly unknown[])[]): string {
    return stringify(rows.map((row) => [...row]), { delimiter: this.#format.separator ?? ',', record_delimiter: '\r\n', quoted_match: /^$|[\r\n]/, cast: { boolean: String } })
  }
}

function seenNames(one: BusinessClass, classes: SeenClasses): string[] {
  const computed = [...classes.computed(one).values()].filter((found) => !isComputedHidden(classes, one, found))
  return [...[...one.attributes.keys()].filter((name) => !isHidden(classes, one, name)), ...computed.map(({ name }) => name)]
}

function columnsOf(one: BusinessClass, path: string, classes: SeenClasses): { readonly shape: Shape; readonly columns: readonly Column[] } {
  const [step = '', ...rest] = path.split('.')
  requireSeen(classes, one, step)
  const relation = one.relations.get(step)
  if (relation && rest.length > 0) {
    if (relation.many) throw new ModelerError('REQUEST_INVALID', `Exported ${JSON.stringify(path)} of class "${one.name}": "${step}" leads to many objects`)
    const { shape, columns } = columnsOf(classes.get(relation.target), rest.join('.'), classes)
    return { shape: { fields: [], with: { [step]: shape } }, columns: columns.map((column) => ({ ...column, title: `${step}.${column.title}`, way: [step, ...column.way] })) }
  }
  const computed = rest.length === 0 ? classes.computed(one).get(step) : undefined
  if (computed) {
    if (isComputedHidden(classes, one, computed)) throw hiddenAttribute(one, step)
    return { shape: { fields: [step] }, columns: [{ title: step, way: [step] }] }
  }
  const attribute = one.attributes.get(step)
  if (!attribute) throw unknownAttribute(one, step, path)
  const columns = partsOf(attribute.stored, step).filter(({ title }) => title === path || title.startsWith(`${path}.`))
  if (columns.length === 0) throw unknownAttribute(one, path, path)
  const { definition } = attribute
  const key = definition.type === 'reference' && attribute.stored.kind === 'leaf' ? classes.get(definition.to).key[0]?.name : undefined
  return { shape: { fields: [step] }, columns: columns.map((column) => ({ ...column, ...(key === undefined ? {} : { key }) })) }
}

function partsOf(stored: Stored, title: string): { readonly title: string; readonly way: readonly string[] }[] {
  if (stored.kind === 'leaf') return [{ title, way: title.split('.') }]
  const fixed = Object.keys(stored.fixed).map((name) => `${title}.${name}`).map((path) => ({ title: path, way: path.split('.') }))
  return [...[...stored.parts].flatMap(([name, part]) => partsOf(part, `${title}.${name}`)), ...fixed]
}

function joined(a: Shape, b: Shape): Shape {
  const related = { ...a.with }
  for (const [name, shape] of Object.entries(b.with ?? {})) related[name] = joined(related[name] ?? { fields: [] }, shape)
  return { fields: [...new Set([...(a.fields ?? []), ...(b.fields ?? [])])], ...(Object.keys(related).length > 0 ? { with: related } : {}) }
}

function valueOf({ way, key }: Column, object: BusinessObject): unknown {
  const found = way.reduce<unknown>(partOf, object)
  return key !== undefined && typeof found === 'object' ? partOf(found, key) : found
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? ((value as BusinessObject)[name] ?? null) : null
}
