import type { Call, Client } from '@caruso/contract'
import type { Row, Step, Storage } from '@caruso/storage/contract'
import type { Random } from '../../../../test/random.ts'
import type { Written } from '../../src/draft.ts'
import { Model } from '../../src/model.ts'
import type { ModelDefinition } from '../../src/model-schema.ts'
import { ObjectReader } from '../../src/object-reader.ts'
import { ObjectWriter } from '../../src/object-writer.ts'
import type { PolicyDefinition } from '../../src/policy-schema.ts'
import { ConditionMaker, textOf } from './condition.ts'
import type { GrantTree, PolicyTree, PolicyTrees } from './oracle.ts'
import { classNames, definitionOf, mappingOf, permissions, shapes, tablesOf, type ClassName, type Kind, type World } from './world.ts'

export type Database = 'sqlite' | 'pg' | 'mysql'

const columnTypes: Readonly<Record<Database, Readonly<Record<'number' | 'decimal' | 'text', string>>>> = {
  sqlite: { number: 'integer', decimal: 'decimal_text', text: 'text' },
  pg: { number: 'bigint', decimal: 'numeric(20, 4)', text: 'text' },
  mysql: { number: 'bigint', decimal: 'decimal(20, 4)', text: 'varchar(40)' },
}

/** Both ways in which classes are stored: in one table each, and in several. */
const layouts = [false, true]

/** The statements that make the tables; without references of the database, so that only policies refuse any. */
export function statementsFor(database: Database): string[] {
  const typeOf = (kind: Kind): string => columnTypes[database][typeof kind === 'object' ? 'number' : kind]
  const tables = layouts.flatMap((several) => classNames.flatMap((name) => tablesOf(name, several))).map(({ table, columns }) => `create table ${table} (${Object.values(columns).map(({ column, kind }, index) => `${column} ${typeOf(kind)}${index === 0 ? ' primary key' : ''}`).join(', ')})`)
  return [...tables, ...layouts.map((several) => `create table ${linksOf(several)} (person_id ${typeOf('number')}, group_id ${typeOf('number')}, primary key (person_id, group_id))`)]
}

/** Steps that put a world in the place of what is there. */
export function stepsOf(world: World, several: boolean): Step[] {
  const steps: Step[] = []
  for (const name of classNames) {
    const { key } = shapes[name]
    for (const { table, optional, columns } of tablesOf(name, several)) {
      const all = Object.entries(columns)
      const things = world.objects[name].filter((thing) => !optional || all.some(([attribute]) => attribute !== key && (thing[attribute] ?? null) !== null))
      const rows = things.map((thing): Row => Object.fromEntries(all.map(([attribute, { column }]) => [column, thing[attribute] ?? null])))
      steps.push({ remove: table, where: { and: [] } })
      const types = Object.fromEntries(all.map(([, { column, kind }]) => [column, typeof kind === 'object' || kind === 'number' ? 'integer' : kind] as const))
      if (rows.length > 0) steps.push({ insert: table, rows, types })
    }
  }
  steps.push({ remove: linksOf(several), where: { and: [] } })
  if (world.links.length > 0) steps.push({ insert: linksOf(several), rows: world.links.map(({ person, group }) => ({ person_id: person, group_id: group })) })
  return steps
}

/** The world as the tables hold it, in the order of keys; a row that belongs to no object is one of its own. */
export async function worldIn(storage: Client<typeof Storage>, call: Call, several: boolean): Promise<World> {
  const objects = await Promise.all(
    classNames.map(async (name) => {
      const { key, attributes } = shapes[name]
      const found = new Map<unknown, Record<string, Row[string]>>()
      for (const { table, columns } of tablesOf(name, several)) {
        const asked = Object.entries(columns).map(([as, { column, kind }]) => ({ column, as, type: typeof kind === 'object' || kind === 'number' ? ('integer' as const) : kind }))
        const { rows } = await storage.query({ source: 'data', from: table, columns: asked }, call)
        for (const row of rows) found.set(row[key], { ...found.get(row[key]), ...row })
      }
      const whole = [...found.values()].map((row): Row => Object.fromEntries(Object.keys(attributes).map((attribute) => [attribute, row[attribute] ?? null])))
      return [name, whole.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))] as const
    }),
  )
  const { rows } = await storage.query({ source: 'data', from: linksOf(several), columns: [{ column: 'person_id', as: 'person' }, { column: 'group_id', as: 'group' }] }, call)
  const links = rows.map(({ person, group }) => ({ person: Number(person), group: Number(group) })).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return { objects: Object.fromEntries(objects) as World['objects'], links }
}

function linksOf(several: boolean): string {
  return several ? 'person_own_groups' : 'person_groups'
}

export function randomPolicies(random: Random): PolicyTrees {
  return Object.fromEntries(classNames.filter(() => random.chance(0.7)).map((name) => [name, randomPolicy(random, name)]))
}

function randomPolicy(random: Random, name: ClassName): PolicyTree {
  const grants = Array.from({ length: random.within(0, 3) }, (): GrantTree => ({
    may: random.chance(0.4) ? ['read', 'create', 'update', 'remove'] : ['read', 'create', 'update', 'remove'].filter((action) => random.chance(action === 'read' ? 0.8 : 0.3)),
    permission: random.chance(0.3) ? random.of(permissions) : undefined,
    where: random.chance(0.8) ? new ConditionMaker(random, { caller: true, filter: false }).make([name], 2) : undefined,
  }))
  const those = (): string[] => permissions.filter(() => random.chance(0.3))
  const members = [...Object.keys(shapes[name].attributes), ...Object.keys(shapes[name].others)].filter((member) => member !== shapes[name].key && random.chance(0.15))
  return { grants: grants.filter(({ may }) => may.length > 0), attributes: Object.fromEntries(members.map((member) => [member, random.chance(0.5) ? { see: those() } : { change: those() }])) }
}

export function policyOf(name: ClassName, { grants, attributes }: PolicyTree): PolicyDefinition {
  const allow = grants.map(({ may, permission, where }, index) => [`grant${index}`, { may, ...(permission === undefined ? {} : { permission }), ...(where === undefined ? {} : { where: textOf(where) }) }] as const)
  return { class: name, allow: Object.fromEntries(allow) as PolicyDefinition['allow'], attributes }
}

export interface Opened {
  readonly reader: ObjectReader
  readonly writer: ObjectWriter
}

/** A modeler of the classes with these policies. */
export function openWith(policies: PolicyTrees, storage: Client<typeof Storage>, several: boolean): Opened {
  const origin = { file: 'policies', at: () => ({ line: 0, column: 0 }) }
  const written = <T>(value: T): Written<T> => ({ value, origin })
  const model = new Model(
    {
      definitions: classNames.map((name) => written(definitionOf(name) as ModelDefinition)),
      mappings: classNames.map((name) => written({ ...mappingOf(name, several), ...(name === 'Person' ? { links: { groups: { table: linksOf(several), from: 'person_id', to: 'group_id' } } } : {}) })),
      policies: classNames.flatMap((name) => (policies[name] === undefined ? [] : [written(policyOf(name, policies[name]))])),
      topics: [],
    },
    { source: 'data', declared: [] },
    storage,
  )
  return { reader: new ObjectReader(model, storage), writer: new ObjectWriter(model, storage) }
}

/** A call on behalf of somebody. */
export function callOf(call: Call, caller: { readonly identity: string; readonly permissions: readonly string[] }): Call {
  return { ...call, caller: { component: 'tests', grants: [], ...caller } }
}
