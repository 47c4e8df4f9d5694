import type { DescribedClass, LinkTable, Reference } from './described-class.ts'
import { manyWords } from './described-class.ts'
import type { MadeClass } from './made-class.ts'
import { attributeName, capital, freeName, wordsOf } from './words.ts'
import type { YamlValue } from './yaml-text.ts'

/** A reference under its name. */
export interface NamedReference extends Reference {
  readonly name: string
}

/** The other end of references, or links, under its name. */
export interface NamedRelation {
  readonly name: string
  readonly value: YamlValue
  readonly note: string
  /** For links of which this class holds the mapping. */
  readonly link?: { readonly table: string; readonly from: readonly string[]; readonly to: readonly string[] }
}

/** The names of all that a class has. */
export interface Members {
  /** Attributes of single columns, by column. */
  readonly attributes: ReadonlyMap<string, string>
  readonly references: readonly NamedReference[]
  readonly relations: readonly NamedRelation[]
}

/** The other end of a reference to its own class, by what the reference is called. */
const opposite: ReadonlyMap<string, string> = new Map([
  ...['reportsTo', 'manager', 'boss', 'supervisor', 'superior', 'chef', 'sjef', 'leder', 'vorgesetzter'].map((name) => [name, 'reports'] as const),
  ...['parent', 'forelder', 'overordnet', 'eltern', 'uebergeordnet'].map((name) => [name, 'children'] as const),
])
const keyWords: ReadonlySet<string> = new Set(['id', 'ids', 'no', 'nr', 'num', 'number', 'code', 'key', 'ref', 'fk', 'uuid', 'guid'])

/** Names every attribute and relation of all classes, so that none comes twice in a class. */
export function namedMembers(classes: readonly DescribedClass[], links: readonly LinkTable[], made: ReadonlyMap<string, MadeClass>): ReadonlyMap<DescribedClass, Members> {
  const taken = new Map(classes.map((one) => [one, new Set<string>()]))
  const take = (one: DescribedClass, wanted: readonly (string | undefined)[]): string => {
    const names = taken.get(one) ?? new Set<string>()
    const name = freeName(wanted, names)
    names.add(name)
    return name
  }
  const attributes = new Map(classes.map((one) => [one, ownMembers(one, made.get(one.table.name), (wanted) => take(one, wanted))]))
  const relations = new Map<DescribedClass, NamedRelation[]>(classes.map((one) => [one, []]))
  for (const one of classes) for (const reference of attributes.get(one)?.references ?? []) addInverse(one, reference, attributes.get(one)?.references ?? [], relations, take)
  for (const link of links) addLinks(link, links, { relations, take, made })
  return new Map(classes.map((one) => [one, { attributes: attributes.get(one)?.attributes ?? new Map(), references: attributes.get(one)?.references ?? [], relations: relations.get(one) ?? [] }]))
}

function ownMembers(one: DescribedClass, made: MadeClass | undefined, take: (wanted: readonly (string | undefined)[]) => string): Pick<Members, 'attributes' | 'references'> {
  const attributes = new Map<string, string>()
  const byFirst = new Map(one.references.map((reference) => [reference.columns[0], reference]))
  const held = new Set(one.references.flatMap(({ columns }) => columns))
  const references: NamedReference[] = []
  // The key comes first, so that it gets its name whatever else is called so.
  const columns = one.table.columns.map(({ name }, place) => ({ name, place })).toSorted((a, b) => Number(one.key.includes(b.name)) - Number(one.key.includes(a.name)))
  for (const { name: column, place } of columns) {
    const reference = byFirst.get(column)
    const known = made?.attributes.get(column)
    // Somebody has left the column out, so nobody can refer to it.
    if (made !== undefined && known === undefined) continue
    if (reference !== undefined) references.push({ ...reference, name: take([known, ...referenceNames(reference), `reference${place + 1}`]) })
    if (!held.has(column)) attributes.set(column, take([known, attributeName(shortWords(one, column)), attributeName(wordsOf(column)), `attribute${place + 1}`]))
  }
  return { attributes, references }
}

/** `CategoryName` of a category is its name, and `CategoryID` its id. */
export function shortWords({ words }: Pick<DescribedClass, 'words'>, column: string): string[] {
  const all = wordsOf(column)
  return all.length > words.length && words.every((word, index) => all[index] === word) ? all.slice(words.length) : all
}

function referenceNames({ columns, target }: Reference): (string | undefined)[] {
  const own = attributeName(target.words)
  const [only = ''] = columns
  if (columns.length > 1) return [own, attributeName(columns.flatMap(wordsOf))]
  const words = wordsOf(only)
  const stem = words.filter((word, index) => !(keyWords.has(word) && (index === words.length - 1 || index === 0)))
  return [stem.length === 0 ? own : attributeName(stem), attributeName(words)]
}

function addInverse(one: DescribedClass, reference: NamedReference, all: readonly NamedReference[], relations: ReadonlyMap<DescribedClass, NamedRelation[]>, take: (of: DescribedClass, wanted: readonly (string | undefined)[]) => string): void {
  const { target, name, unique } = reference
  const number = (words: readonly string[]): string | undefined => attributeName(unique ? words : manyWords(words, one.english))
  const [short, full] = [number(restOf(one.words, target.words)), number(one.words)]
  const by = `By${capital(name)}`
  const alone = all.filter((other) => other.target === target).length === 1 || name === attributeName(target.words)
  const wanted = one === target ? [opposite.get(name), `${full}${by}`] : [...(alone ? [short, full] : []), `${short}${by}`, `${full}${by}`]
  relations.get(target)?.push({ name: take(target, wanted), value: unique ? { one: one.name, by: name } : { many: one.name, by: name }, note: `whose ${name} it is` })
}

interface Naming {
  readonly relations: ReadonlyMap<DescribedClass, NamedRelation[]>
  take(of: DescribedClass, wanted: readonly (string | undefined)[]): string
  readonly made: ReadonlyMap<string, MadeClass>
}

function addLinks(link: LinkTable, all: readonly LinkTable[], { relations, take, made }: Naming): void {
  const { table } = link
  const [from, to] = holderFirst(link, made)
  const holder = made.get(from.target.table.name)
  const name = holder === undefined ? take(from.target, linkNames(link, from, to, all)) : holder.links.get(table.name)
  if (name === undefined) return
  const note = `linked by ${table.name}`
  relations.get(from.target)?.push({ name, value: { many: to.target.name }, note, link: { table: table.name, from: from.columns, to: to.columns } })
  relations.get(to.target)?.push({ name: take(to.target, linkNames(link, to, from, all)), value: { many: from.target.name, by: name }, note })
}

/** The class whose mapping names the table: the one that somebody made so, else one that is written here. */
function holderFirst({ table, ends: [one, other] }: LinkTable, made: ReadonlyMap<string, MadeClass>): readonly [Reference, Reference] {
  const [first, second] = [made.get(one.target.table.name), made.get(other.target.table.name)]
  if (first?.links.has(table.name) === true) return [one, other]
  return second?.links.has(table.name) === true || (first !== undefined && second === undefined) ? [other, one] : [one, other]
}

function linkNames({ table }: LinkTable, near: Reference, far: Reference, all: readonly LinkTable[]): (string | undefined)[] {
  const many = (one: readonly string[]): string | undefined => attributeName(manyWords(one, far.target.english))
  const words = near.target === far.target ? [many(wordsOf(far.columns[0] ?? '').filter((word) => !keyWords.has(word)))] : [many(restOf(far.target.words, near.target.words)), many(far.target.words)]
  const first = all.find(({ ends }) => ends.some(({ target }) => target === near.target) && ends.some(({ target }) => target === far.target))
  return [...(first?.table === table ? words : []), `${words.at(-1)}By${wordsOf(table.name).map(capital).join('')}`]
}

/** `OrderDetail` is a detail of an order. */
function restOf(words: readonly string[], of: readonly string[]): readonly string[] {
  return words.length > of.length && of.every((word, index) => words[index] === word) ? words.slice(of.length) : words
}
