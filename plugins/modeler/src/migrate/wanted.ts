import type { NewColumn, NewForeignKey, NewIndex } from '@caruso/storage/contract'
import { namesBefore, type AttributeDefinition } from '../attribute-schema.ts'
import type { Attribute, BusinessClass, Relation } from '../business-class.ts'
import { leafAt } from '../link-search.ts'
import type { PartTable } from '../part-table.ts'
import { leavesOf, type Leaf, type Stored } from '../stored.ts'

/** A column that a class needs, with the attribute whose values it holds. */
export interface WantedColumn extends NewColumn {
  /** The attribute, or the way through its parts. */
  readonly path: string
  /** The paths of before, the last one first. */
  readonly was?: readonly string[]
}

/** A table that classes need. */
export interface WantedTable {
  readonly name: string
  readonly columns: readonly WantedColumn[]
  readonly key: readonly string[]
  readonly indexes: readonly NewIndex[]
  readonly foreignKeys: readonly NewForeignKey[]
  /** The columns of an index for searches. */
  readonly search?: readonly string[] | undefined
  /** It has one also where the table is another application's. */
  readonly searchOthers?: boolean
}

// A decimal without a scale may have any; of the 38 digits that all databases compute with, so many are behind the point.
export const usualPlaces = 12
// MySQL's keys and indexes hold no text without a length.
const keyedLength = 255

/** The tables of the classes in one data source that may be changed, and those that link their objects. */
export function wantedTables(classes: ReadonlyMap<string, BusinessClass>, source: string, kind: string): WantedTable[] {
  const own = [...classes.values()].filter((one) => one.source === source && one.readonly === undefined)
  const found = new Map<string, WantedTable>()
  for (const one of own) {
    for (const part of [undefined, ...one.parts.filter(({ readonly }) => !readonly)]) {
      const table = tableOf(one, part, classes, kind)
      const known = found.get(table.name)
      found.set(table.name, known === undefined ? table : joined(known, table))
    }
  }
  for (const one of own) for (const relation of one.relations.values()) if (relation.link !== undefined && !relation.link.reversed && !found.has(relation.link.table)) found.set(relation.link.table, linkTable(one, relation, relation.link, classes, kind))
  return [...found.values()]
}

/** Two classes may have the columns of one table between them. */
function joined(a: WantedTable, b: WantedTable): WantedTable {
  const has = (columns: readonly { readonly name: string }[], name: string): boolean => columns.some((one) => one.name === name)
  const search = [...new Set([...(a.search ?? []), ...(b.search ?? [])])]
  return { ...a, ...(search.length > 0 ? { search } : {}), ...(a.searchOthers === true || b.searchOthers === true ? { searchOthers: true } : {}), columns: [...a.columns, ...b.columns.filter(({ name }) => !has(a.columns, name))], indexes: [...a.indexes, ...b.indexes.filter(({ name }) => !has(a.indexes, name))], foreignKeys: [...a.foreignKeys, ...b.foreignKeys.filter(({ name }) => !has(a.foreignKeys, name))] }
}

/** A table of a class: its own, or the part. */
function tableOf(one: BusinessClass, part: PartTable | undefined, classes: ReadonlyMap<string, BusinessClass>, kind: string): WantedTable {
  const name = part?.table ?? one.table
  const isHere = ({ stored }: { readonly stored: Stored }): boolean => leavesOf(stored).every((leaf) => leaf.part === part)
  const key = part?.pairs.map(({ other }) => other.column) ?? one.key.flatMap(({ stored }) => leavesOf(stored).map(({ column }) => column))
  const unique = [...one.attributes.values()].filter((attribute) => attribute.definition.unique === true && isHere(attribute)).map(({ stored }) => leavesOf(stored).map(({ column }) => column))
  const references = [...one.attributes.values()].filter((attribute) => attribute.definition.type === 'reference' && isHere(attribute)).flatMap(({ name }) => one.relations.get(name) ?? [])
  const referring = references.map((relation) => relation.pairs.map(({ own }) => own.column))
  const keyed = new Set([...key, ...unique.flat(), ...referring.flat()])
  const columns = [...one.attributes.values()].flatMap((attribute) => leavesOf(attribute.stored).filter((leaf) => leaf.part === part).map((leaf) => columnOf(leaf, attribute, { key, keyed: kind === 'mysql' && keyed.has(leaf.column), attributes: one.attributes, classes })))
  return {
    name,
    columns: part === undefined ? columns : [...keyColumns(one, part, classes, kind), ...columns],
    key,
    indexes: [...unique.filter((parts) => parts.join() !== key.join()).map((parts) => index(name, parts, true)), ...referring.filter((parts) => !unique.some((others) => others.join() === parts.join()) && parts.join() !== key.join()).map((parts) => index(name, parts, false))],
    foreignKeys: [...(part === undefined ? [] : foreignKey(one, { target: one.name, pairs: part.pairs.map(({ own, other }) => ({ own: other, other: own })) }, classes, name)), ...references.flatMap((relation) => foreignKey(one, relation, classes, name))],
    ...searchOf(one, part),
  }
}

/** The key of a class in another of its tables, which gives it no number of its own. */
function keyColumns(one: BusinessClass, part: PartTable, classes: ReadonlyMap<string, BusinessClass>, kind: string): WantedColumn[] {
  return one.key.flatMap((attribute) => {
    const pairs = part.pairs.filter(({ own }) => leavesOf(attribute.stored).some(({ column }) => column === own.column))
    return pairs.map(({ other }) => {
      const { identity: _, ...column } = columnOf(other, attribute, { key: [other.column], keyed: kind === 'mysql', attributes: one.attributes, classes })
      return column
    })
  })
}

/** An index is of one table: where a class is searched in several, it has none. */
function searchOf({ searched, attributes, searchIndex }: BusinessClass, part: PartTable | undefined): Pick<WantedTable, 'search' | 'searchOthers'> {
  const leaves = searched.flatMap((path) => leafAt(attributes, path) ?? [])
  if (leaves.length === 0 || leaves.some((leaf) => leaf.part !== part)) return {}
  return { search: leaves.map(({ column }) => column), ...(searchIndex ? { searchOthers: true } : {}) }
}

function foreignKey(one: BusinessClass, { target, pairs }: Pick<Relation, 'target' | 'pairs'>, classes: ReadonlyMap<string, BusinessClass>, table = one.table): NewForeignKey[] {
  const other = classes.get(target)
  if (other === undefined || other.source !== one.source || other.readonly !== undefined) return []
  const columns = pairs.map(({ own }) => own.column)
  return [{ name: named(table, columns, 'fkey'), columns, table: other.table, references: pairs.map((pair) => pair.other.column), onDelete: 'no action', onUpdate: 'no action' }]
}

function linkTable(one: BusinessClass, { target, pairs }: Relation, link: NonNullable<Relation['link']>, classes: ReadonlyMap<string, BusinessClass>, kind: string): WantedTable {
  const other = classes.get(target)
  const [from, to] = [pairs, link.pairs].map((side) => side.map((pair) => ({ own: pair.other, other: pair.own })))
  const column = (side: BusinessClass | undefined, pair: { readonly own: Leaf; readonly other: Leaf }): WantedColumn => {
    const attribute = side?.key.find(({ stored }) => leavesOf(stored).some((leaf) => leaf.column === pair.other.column))
    const { name: _, path: __, ...of } = attribute === undefined ? { name: '', path: '', type: typeOf(pair.own) } : columnOf(pair.other, attribute, { key: [pair.other.column], keyed: kind === 'mysql', attributes: new Map(), classes })
    return { type: of.type, ...('length' in of && of.length !== undefined ? { length: of.length } : {}), ...('digits' in of && of.digits !== undefined ? { digits: of.digits, places: of.places ?? 0 } : {}), name: pair.own.column, path: pair.own.path, nullable: false }
  }
  const columns = [...(from ?? []).map((pair) => column(one, pair)), ...(to ?? []).map((pair) => column(other, pair))]
  return {
    name: link.table,
    columns,
    key: columns.map(({ name }) => name),
    indexes: [index(link.table, (to ?? []).map(({ own }) => own.column), false)],
    foreignKeys: [...foreignKey(one, { target: one.name, pairs: from ?? [] }, classes, link.table), ...foreignKey(one, { target, pairs: to ?? [] }, classes, link.table)],
  }
}

interface Around {
  readonly key: readonly string[]
  readonly keyed: boolean
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly classes: ReadonlyMap<string, BusinessClass>
}

function columnOf(leaf: Leaf, attribute: Attribute, around: Around): WantedColumn {
  const { definition, required, name } = attribute
  const { key } = around
  const isKey = key.includes(leaf.column)
  const whole = leaf.path === name || definition.type === 'money' || definition.type === 'reference'
  const fallback = leaf.path === name && required && !isKey ? defaultOf(attribute, leaf) : undefined
  const counted = isKey && key.length === 1 && definition.type === 'number'
  return {
    name: leaf.column,
    path: leaf.path,
    type: typeOf(leaf),
    ...sizeOf(leaf, sizing(definition, around.classes), around.keyed),
    nullable: !(isKey || (required && whole)),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(counted ? { identity: 'by default' as const } : {}),
    ...(definition.was === undefined ? {} : { was: namesBefore(definition).map((was) => was + leaf.path.slice(name.length)) }),
  }
}

/** A reference is as long as the key that it holds. */
function sizing(definition: AttributeDefinition, classes: ReadonlyMap<string, BusinessClass>): AttributeDefinition {
  if (definition.type !== 'reference') return definition
  const key = classes.get(definition.to)?.key ?? []
  return key.length === 1 && key[0] !== undefined && key[0].definition.type !== 'reference' ? key[0].definition : definition
}

function typeOf({ codec }: Leaf): NewColumn['type'] {
  if (codec.type !== undefined) return codec.type
  return codec.standing?.every(([, stored]) => typeof stored === 'number') === true ? 'integer' : 'text'
}

function sizeOf(leaf: Leaf, definition: AttributeDefinition, keyed: boolean): Pick<NewColumn, 'length' | 'digits' | 'places'> {
  const type = typeOf(leaf)
  if (type === 'decimal') return definition.type === 'duration' ? { digits: 20, places: 0 } : { digits: 38, places: 'scale' in definition ? (definition.scale ?? usualPlaces) : usualPlaces }
  if (type !== 'text') return {}
  const most = (definition.type === 'text' || definition.type === 'long-text') && definition.max !== undefined && Number(definition.max) > 0 ? Number(definition.max) : undefined
  const length = most ?? (keyed ? keyedLength : undefined)
  return length === undefined ? {} : { length }
}

/** What rows that are there get in a new column. */
function defaultOf({ definition }: Attribute, { codec }: Leaf): NewColumn['default'] {
  const given = 'default' in definition ? definition.default : undefined
  if (given === undefined || given === 'now' || given === 'today') return undefined
  const stored = codec.encode(given)
  return stored === null || typeof stored === 'object' ? undefined : stored
}

function index(table: string, columns: readonly string[], unique: boolean): NewIndex {
  return { name: named(table, columns, unique ? 'key' : 'idx'), unique, parts: columns.map((column) => ({ column })) }
}

/** At most 63 bytes, as all databases keep them. */
function named(table: string, columns: readonly string[], ending: string): string {
  const name = `${table}_${columns.join('_')}`
  let letters = Array.from(name)
  while (Buffer.byteLength(letters.join('')) > 62 - ending.length) letters = letters.toSpliced(Math.floor(letters.length / 2), 1)
  return `${letters.join('')}_${ending}`
}
