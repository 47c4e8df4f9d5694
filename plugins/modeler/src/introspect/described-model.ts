import type { TableDescription, Value } from '@caruso/storage/contract'
import { ClassText } from './class-text.ts'
import { describedClasses } from './described-class.ts'
import { findReferences, linkTables } from './find-references.ts'
import type { MadeClass } from './made-class.ts'
import { namedMembers } from './named-members.ts'

/** What cannot be mapped, and why. */
export interface Unmapped {
  readonly table: string
  readonly column?: string
  readonly why: string
}

/** A class as two files say it. */
export interface DescribedFiles {
  readonly class: string
  readonly table: string
  readonly model: string
  readonly mapping: string
}

export interface DescribedModel {
  readonly classes: readonly DescribedFiles[]
  readonly unmapped: readonly Unmapped[]
}

export interface DescribeOptions {
  readonly source: string
  /** Of columns that seem to hold money. */
  readonly currency?: string | undefined
  /** Some values of columns, without nulls, by table and column. */
  readonly samples?: ReadonlyMap<string, ReadonlyMap<string, readonly Value[]>>
  /** Columns with values that are none of what they seem to be, by table. */
  readonly mixed?: ReadonlyMap<string, ReadonlySet<string>>
  /** Names that other classes have. */
  readonly taken?: ReadonlySet<string>
  /** The classes that somebody made of some of the tables, by table. */
  readonly made?: ReadonlyMap<string, MadeClass>
}

/** Classes for the tables of a database: the same for the same description, whenever it is asked. */
export function describedModel(described: readonly TableDescription[], { source, currency, samples, mixed, taken = new Set(), made = new Map() }: DescribeOptions): DescribedModel {
  const unmapped: Unmapped[] = []
  const inOthers = new Set([...made.values()].flatMap(({ parts }) => parts))
  const tables = described.filter((table) => !inOthers.has(table.name) && isMappable(table, unmapped)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const classesOf = (some: readonly TableDescription[]): ReturnType<typeof describedClasses> => describedClasses(some, source, taken, made)
  const linking = new Set(linkTables(tables, classesOf(tables)).map(({ table }) => table).filter(({ name }) => !made.has(name)))
  const classes = classesOf(tables.filter((table) => !linking.has(table)))
  findReferences(classes)
  const members = namedMembers(classes, linkTables([...linking], classes), made)
  const files = [...members].map(([one, own]) => {
    const text = new ClassText(one, own, { source, currency, sample: samples?.get(one.table.name) ?? new Map(), mixed: mixed?.get(one.table.name) ?? new Set(), members })
    unmapped.push(...text.leftOut.map((left) => ({ table: one.table.name, ...left })))
    return { class: one.name, table: one.table.name, model: text.model, mapping: text.mapping }
  })
  return { classes: files.toSorted((a, b) => (a.class < b.class ? -1 : 1)), unmapped }
}

function isMappable(table: TableDescription, unmapped: Unmapped[]): boolean {
  if (table.name.toLowerCase().startsWith('caruso_')) return false
  const why = hindrance(table)
  if (why !== undefined) unmapped.push({ table: table.schema === undefined ? table.name : `${table.schema}.${table.name}`, why })
  return why === undefined
}

function hindrance({ schema, unreadable, problem, partitionOf, columns }: TableDescription): string | undefined {
  if (problem !== undefined) return problem
  if (unreadable === true) return 'the user of the data source may not read it'
  if (schema !== undefined) return `it lies in the schema "${schema}", which is not in the search path`
  if (partitionOf !== undefined) return `it is a part of "${partitionOf}"`
  return columns.every(({ type }) => type === 'bytes') ? 'it has no column that an attribute can stand for' : undefined
}
