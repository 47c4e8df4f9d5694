import type { ForeignKey, TableDescription } from '@caruso/storage/contract'
import type { MadeClass } from './made-class.ts'
import { plural, singular } from './plural.ts'
import { className, freeName, wordsOf } from './words.ts'

/** A foreign key that an attribute can stand for, since it leads to the whole key of a class. */
export interface Reference {
  readonly key: ForeignKey
  readonly target: DescribedClass
  /** The columns here, in the order of the target's key. */
  readonly columns: readonly string[]
  /** No two rows have the same. */
  readonly unique: boolean
}

/** A table that links objects of two classes, and holds nothing else. */
export interface LinkTable {
  readonly table: TableDescription
  readonly ends: readonly [Reference, Reference]
}

/** A table or view that becomes a class. */
export interface DescribedClass {
  readonly table: TableDescription
  readonly name: string
  /** Of one object, without what all tables' names begin with. */
  readonly words: readonly string[]
  /** Whether names seem to be English, whose plurals are known. */
  readonly english: boolean
  /** The columns that tell one row from another; none where it can only be read. */
  readonly key: readonly string[]
  readonly references: Reference[]
  /** Foreign keys that no attribute stands for, and why. */
  readonly refused: { readonly key: ForeignKey; readonly why: string }[]
}

/** The columns of a row's key: the primary key, else the first others that are unique and never null. */
export function keyOf({ key, unique, columns, kind }: TableDescription): readonly string[] {
  if (kind === 'view' || kind === 'materialized view') return []
  const never = new Set(columns.filter(({ nullable }) => !nullable).map(({ name }) => name))
  const found = key.length > 0 ? key : (unique.find((one) => one.columns.length > 0 && one.columns.every((column) => never.has(column)))?.columns ?? [])
  const types = new Map(columns.map(({ name, type }) => [name, type]))
  return found.length > 8 || found.some((column) => types.get(column) === 'bytes') ? [] : found
}

/** Classes for tables, with names that are free; those that somebody made keep theirs. */
export function describedClasses(tables: readonly TableDescription[], source: string, taken: ReadonlySet<string>, made: ReadonlyMap<string, MadeClass>): DescribedClass[] {
  const common = commonPrefix(tables.map(({ name }) => wordsOf(name)))
  const used = new Set([...taken, ...[...made.values()].map((one) => one.name)])
  const english = isEnglish(tables)
  return tables.map((table, index) => {
    const words = classWords(wordsOf(table.name).slice(common), table.kind !== 'table')
    const known = made.get(table.name)?.name
    const name = known ?? freeName([className(words), className(classWords(wordsOf(table.name), false)), className([...wordsOf(source), ...words]), `Class${index + 1}`], used)
    used.add(name)
    return { table, name, words: words.length === 0 ? wordsOf(name) : words, english, key: keyOf(table), references: [], refused: [] }
  })
}

/** `Order Details` is of one order detail. What a view is called is often a sentence, which is left alone. */
function classWords(words: readonly string[], sentence: boolean): string[] {
  const last = words.at(-1)
  if (last === undefined || (sentence && words.length > 2)) return [...words]
  return [...words.slice(0, -1), singular(last)]
}

/** How many words all names begin with, such as `tbl`; a word that is all of a name is kept. */
function commonPrefix(names: readonly (readonly string[])[]): number {
  const [first] = names
  if (first === undefined || names.length < 3) return 0
  let common = 0
  while (names.every((words) => words.length > common + 1 && words[common] === first[common])) common++
  return common
}

/** The words for many objects; those of another language than English are left alone. */
export function manyWords(words: readonly string[], english: boolean): readonly string[] {
  return english ? [...words.slice(0, -1), plural(words.at(-1) ?? '')] : words
}

/** What columns of German and Norwegian applications are often called, and English ones never. */
const foreign = /^(kundenr|kdnr|kunde|kunden|kunder|auftrag|auftraege|bestellung|bestellungen|bestilling|bestillinger|ordre|ordrer|rechnung|rechnungen|artikel|datum|dato|betrag|beloep|summe|menge|antall|preis|pris|strasse|gate|ort|plz|postnr|poststed|adresse|navn|fornavn|etternavn|vorname|nachname|ansatt|ansatte|mitarbeiter|aktiv|nummer|nr)$/

function isEnglish(tables: readonly TableDescription[]): boolean {
  const names = tables.flatMap(({ name, columns }) => [name, ...columns.map((column) => column.name)])
  return names.filter((name) => wordsOf(name).some((word) => foreign.test(word))).length < 2
}
