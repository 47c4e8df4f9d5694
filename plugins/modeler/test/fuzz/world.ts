import type { Random } from '../../../../test/random.ts'
import type { MappingDefinition } from '../../src/mapping-schema.ts'

export type Kind = 'number' | 'decimal' | 'text' | { readonly to: ClassName }
export type ClassName = 'Person' | 'Firm' | 'Order' | 'Group' | 'Badge'
export type Thing = Readonly<Record<string, string | number | null>>

/** Objects that belong to one: by a reference of theirs, or by links. */
export interface Others {
  readonly to: ClassName
  readonly many: boolean
  /** Their reference; without it, links of a person and a group. */
  readonly by?: string
  /** The relation there that is the other end. */
  readonly back?: string
}

export interface ClassShape {
  readonly key: string
  readonly attributes: Readonly<Record<string, Kind>>
  readonly others: Readonly<Record<string, Others>>
}

export const shapes: Readonly<Record<ClassName, ClassShape>> = {
  Person: {
    key: 'id',
    attributes: { id: 'number', name: 'text', team: 'text', age: 'number', pay: 'decimal', boss: { to: 'Person' }, firm: { to: 'Firm' } },
    others: { reports: { to: 'Person', many: true, by: 'boss' }, orders: { to: 'Order', many: true, by: 'person' }, groups: { to: 'Group', many: true, back: 'members' }, badge: { to: 'Badge', many: false, by: 'person' } },
  },
  Firm: { key: 'id', attributes: { id: 'number', city: 'text', size: 'number', owner: { to: 'Person' } }, others: { staff: { to: 'Person', many: true, by: 'firm' }, sales: { to: 'Order', many: true, by: 'firm' } } },
  Order: { key: 'id', attributes: { id: 'number', state: 'text', total: 'decimal', person: { to: 'Person' }, firm: { to: 'Firm' } }, others: {} },
  Group: { key: 'id', attributes: { id: 'number', name: 'text' }, others: { members: { to: 'Person', many: true, back: 'groups' } } },
  Badge: { key: 'person', attributes: { person: { to: 'Person' }, code: 'text' }, others: {} },
}

export const classNames = Object.keys(shapes) as [ClassName, ...ClassName[]]

/** All objects, and which person is in which group. */
export interface World {
  readonly objects: Readonly<Record<ClassName, Thing[]>>
  readonly links: { readonly person: number; readonly group: number }[]
}

export const texts = ['a', 'ab', 'b', 'ba', 'c'] as const
export const identities = ['a', 'b', 'nobody'] as const
export const permissions = ['p', 'q', 'r'] as const

export function randomWorld(random: Random): World {
  const some = (most: number, make: (id: number) => Thing): Thing[] => Array.from({ length: random.within(1, most) }, (_, index) => make(index + 1))
  const text = (): string | null => (random.chance(0.2) ? null : random.of(texts))
  const number = (): number | null => (random.chance(0.2) ? null : random.within(-2, 4))
  const decimal = (): string | null => (random.chance(0.2) ? null : String(random.within(-3, 6) / 2))
  const to = (count: number): number | null => (random.chance(0.25) ? null : random.within(1, count))
  const [people, firms] = [random.within(2, 8), random.within(1, 4)]
  const person = (id: number): Thing => ({ id, name: text(), team: text(), age: number(), pay: decimal(), boss: to(people), firm: to(firms) })
  const objects = {
    Person: Array.from({ length: people }, (_, index) => person(index + 1)),
    Firm: Array.from({ length: firms }, (_, index): Thing => ({ id: index + 1, city: text(), size: number(), owner: to(people) })),
    Order: some(8, (id) => ({ id, state: text(), total: decimal(), person: to(people), firm: to(firms) })),
    Group: some(3, (id) => ({ id, name: text() })),
    Badge: Array.from({ length: people }, (_, index): Thing => ({ person: index + 1, code: text() })).filter(() => random.chance(0.6)),
  }
  const links = objects.Person.flatMap(({ id: person }) => objects.Group.flatMap(({ id: group }) => (random.chance(0.4) ? [{ person: Number(person), group: Number(group) }] : [])))
  return { objects, links }
}

const types = { number: 'number', decimal: 'decimal', text: 'text' } as const

/** The class as a file would say it. */
export function definitionOf(name: ClassName): object {
  const { key, attributes, others } = shapes[name]
  return {
    class: name,
    key,
    attributes: Object.fromEntries(Object.entries(attributes).map(([attribute, kind]) => [attribute, typeof kind === 'object' ? { type: 'reference', to: kind.to, ...(name === 'Badge' ? { unique: true } : {}) } : types[kind]])),
    relations: Object.fromEntries(Object.entries(others).map(([relation, { to, many, by, back }]) => [relation, { [many ? 'many' : 'one']: to, ...(by === undefined ? (back === 'groups' ? { by: 'groups' } : {}) : { by }) }])),
  }
}

/** The attributes that are in another table of their class where classes lie in several, and whether every object has a row there. */
const besides: Readonly<Record<ClassName, { readonly attributes: readonly string[]; readonly optional: boolean }>> = {
  Person: { attributes: ['age', 'pay', 'boss'], optional: true },
  Firm: { attributes: ['size', 'owner'], optional: false },
  Order: { attributes: ['total', 'person'], optional: true },
  Group: { attributes: ['name'], optional: false },
  Badge: { attributes: ['code'], optional: true },
}

/** A table of a class: its columns by attribute, the key first. */
export interface WorldTable {
  readonly table: string
  readonly optional: boolean
  readonly columns: Readonly<Record<string, { readonly column: string; readonly kind: Kind }>>
}

/** The tables of a class: one, or its own and another that has its key. */
export function tablesOf(name: ClassName, several: boolean): readonly [WorldTable] | readonly [WorldTable, WorldTable] {
  const { key, attributes } = shapes[name]
  const { attributes: beside, optional } = besides[name]
  const columns = (isHere: (attribute: string) => boolean): WorldTable['columns'] =>
    Object.fromEntries(Object.entries(attributes).flatMap(([attribute, kind]) => (isHere(attribute) ? [[attribute, { column: typeof kind === 'object' ? `${attribute}_${shapes[kind.to].key}` : attribute, kind }]] : [])))
  const table = `fuzz_${name.toLowerCase()}`
  if (!several) return [{ table, optional: false, columns: columns(() => true) }]
  return [{ table: `${table}_own`, optional: false, columns: columns((attribute) => !beside.includes(attribute)) }, { table: `${table}_more`, optional, columns: columns((attribute) => attribute === key || beside.includes(attribute)) }]
}

/** Where the class is stored, as a file would say it. */
export function mappingOf(name: ClassName, several: boolean): MappingDefinition {
  const [own, more] = tablesOf(name, several)
  if (more === undefined) return { class: name, table: own.table }
  const columns = Object.entries(more.columns).filter(([attribute]) => attribute !== shapes[name].key).map(([attribute, { column }]) => [attribute, `more.${column}`] as const)
  return { class: name, table: own.table, tables: { more: { table: more.table, optional: more.optional } }, columns: Object.fromEntries(columns) }
}
