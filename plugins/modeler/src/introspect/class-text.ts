import type { ColumnDescription, Value } from '@caruso/storage/contract'
import { addressGroups, type AddressGroup } from './address-groups.ts'
import type { DescribedClass } from './described-class.ts'
import { guessAttribute, type Guess } from './guess-attribute.ts'
import { shortWords, type Members, type NamedReference } from './named-members.ts'
import { block, line, oneLine, type YamlLine, type YamlValue } from './yaml-text.ts'

export interface ClassTextOptions {
  readonly source: string
  readonly currency: string | undefined
  /** Values of columns, without nulls. */
  readonly sample: ReadonlyMap<string, readonly Value[]>
  /** Columns with values that are none of what they seem to be. */
  readonly mixed: ReadonlySet<string>
  /** The names in all classes. */
  readonly members: ReadonlyMap<DescribedClass, Members>
}

/** The two files of a class, and what is left out of them. */
export class ClassText {
  readonly leftOut: { readonly column: string; readonly why: string }[] = []
  readonly #class: DescribedClass
  readonly #options: ClassTextOptions
  readonly #members: Members
  readonly #groups: readonly AddressGroup[]
  readonly #attributes: YamlLine[] = []
  readonly #columns: YamlLine[] = []

  constructor(one: DescribedClass, members: Members, options: ClassTextOptions) {
    this.#class = one
    this.#members = members
    this.#options = options
    this.#groups = addressGroups(one, members)
    for (const column of one.table.columns) this.#column(column)
    for (const { key, why } of one.refused) this.leftOut.push({ column: key.columns.join(', '), why: `the foreign key to ${key.table} is no reference: ${why}` })
  }

  get model(): string {
    const { name, table } = this.#class
    const key = keyAttributes(this.#class, this.#members)
    const readonly = key.length > 0 ? undefined : table.kind === 'table' ? 'has no key, so objects can only be read' : `a ${table.kind}, so objects can only be read`
    const comment = table.comment?.trim() ?? ''
    return [
      line({ key: 'class', value: name, note: readonly }),
      ...(comment === '' ? [] : [line({ key: 'description', value: comment.slice(0, 10_000) })]),
      ...(key.length === 0 ? [] : [line({ key: 'key', value: oneOrAll(key) })]),
      ...block('attributes', this.#attributes),
      ...block('relations', this.#members.relations.map(({ name: relation, value, note }) => ({ key: relation, value, note }))),
      ...this.leftOut.map(({ column, why }) => `# ${oneLine(`Left out: ${column}: ${why}`)}`),
      '',
    ].join('\n')
  }

  get mapping(): string {
    const { name, table } = this.#class
    const links = this.#members.relations.flatMap(({ name: key, link }) => (link === undefined ? [] : [{ key, value: { table: link.table, from: oneOrAll(link.from), to: oneOrAll(link.to) } }]))
    const head = [line({ key: 'class', value: name }), line({ key: 'source', value: this.#options.source }), line({ key: 'table', value: table.name }), ...(isView(this.#class) ? ['readonly: true'] : [])]
    return [...head, ...block('columns', this.#columns), ...block('links', links), ''].join('\n')
  }

  #column(column: ColumnDescription): void {
    const reference = this.#members.references.find(({ columns }) => columns.includes(column.name))
    const group = this.#groups.find(({ parts }) => Object.values(parts).includes(column.name))
    if (reference?.columns[0] === column.name) this.#reference(reference, column.comment)
    else if (group?.parts.street === column.name) {
      this.#attributes.push({ key: group.name, value: 'address', note: 'guessed from the names of its columns' })
      this.#columns.push({ key: group.name, value: { ...group.parts } })
    } else if (reference === undefined && group === undefined) this.#single(column)
  }

  #reference({ name, target, columns, unique }: NamedReference, note: string | undefined): void {
    const { table, key } = this.#class
    const required = columns.every((column) => !key.includes(column) && table.columns.some((one) => one.name === column && !one.nullable && one.default === undefined))
    this.#attributes.push({ key: name, value: { type: 'reference', to: target.name, ...(required ? { required } : {}), ...(unique ? { unique } : {}) }, note })
    const theirs = this.#options.members.get(target)
    const parts = target.key.map((column, index) => [(theirs && ownerOf(column, theirs)) ?? '', columns[index] ?? ''] as const)
    this.#columns.push({ key: name, value: columns.length === 1 ? (columns[0] ?? '') : Object.fromEntries(parts) })
  }

  #single(column: ColumnDescription): void {
    const { currency, sample, mixed } = this.#options
    const guess = mixed.has(column.name) ? text : guessAttribute(column, shortWords(this.#class, column.name), { currency, sample: sample.get(column.name) ?? [] })
    if (typeof guess === 'string') return void this.leftOut.push({ column: column.name, why: guess })
    const key = this.#members.attributes.get(column.name) ?? ''
    this.#attributes.push({ key, value: this.#definition(guess, column.name), note: guess.notes.length === 0 ? undefined : guess.notes.join('; ') })
    this.#columns.push({ key, value: Object.keys(guess.converter).length === 0 ? column.name : { column: column.name, ...guess.converter } })
  }

  #definition({ definition }: Guess, column: string): YamlValue {
    const { type, required, ...rest } = definition
    const isKey = this.#class.key.includes(column)
    const unique = !isKey && this.#class.table.unique.some(({ columns }) => columns.length === 1 && columns[0] === column)
    const full = { type, ...(required === true && !isKey ? { required } : {}), ...(unique ? { unique } : {}), ...rest }
    return Object.keys(full).length === 1 ? type : full
  }
}

const text: Guess = { definition: { type: 'text' }, converter: {}, notes: ['it holds values of several kinds, so it is kept as text'] }

function isView({ table: { kind } }: DescribedClass): boolean {
  return kind === 'view' || kind === 'materialized view'
}

function keyAttributes({ key }: DescribedClass, members: Members): string[] {
  return [...new Set(key.flatMap((column) => ownerOf(column, members) ?? []))]
}

/** The attribute that a column is of. */
function ownerOf(column: string, { attributes, references }: Members): string | undefined {
  return attributes.get(column) ?? references.find(({ columns }) => columns.includes(column))?.name
}

function oneOrAll(names: readonly string[]): YamlValue {
  return names.length === 1 ? (names[0] ?? '') : names
}
