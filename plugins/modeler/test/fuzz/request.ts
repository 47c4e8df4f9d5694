import type { Random } from '../../../../test/random.ts'
import type { Filter, Shape } from '../../src/contract.ts'
import { ConditionMaker, filterOf, textOf, walk, type Condition } from './condition.ts'
import type { Oracle } from './oracle.ts'
import { classNames, shapes, type ClassName, type Thing } from './world.ts'

interface Where {
  readonly tree: Condition
  readonly asFilter: boolean
}

/** What is asked of objects of a class, as trees. */
export interface Query {
  readonly name: ClassName
  readonly where: Where | undefined
  readonly order: readonly { readonly steps: readonly string[]; readonly desc: boolean }[]
  readonly fields: readonly string[] | undefined
  readonly related: Readonly<Record<string, Query>>
}

export interface Figures {
  readonly name: ClassName
  readonly where: Where | undefined
  readonly group: readonly (readonly string[])[]
  readonly figures: Readonly<Record<string, { readonly fn: 'count' | 'sum' | 'min' | 'max'; readonly steps?: readonly string[]; readonly distinct?: boolean }>>
}

export function randomQuery(random: Random, name: ClassName = random.of(classNames), depth = 0): Query {
  const { attributes, others } = shapes[name]
  const relations = [...Object.entries(attributes).flatMap(([member, kind]) => (typeof kind === 'object' ? [[member, kind.to] as const] : [])), ...Object.entries(others).map(([member, { to }]) => [member, to] as const)]
  return {
    name,
    where: random.chance(0.7) ? randomWhere(random, name) : undefined,
    order: Array.from({ length: random.within(0, 2) }, () => ({ steps: randomWay(random, name), desc: random.chance(0.5) })),
    fields: random.chance(0.4) ? Object.keys(attributes).filter(() => random.chance(0.5)) : undefined,
    related: Object.fromEntries(relations.filter(() => depth < 2 && random.chance(0.2)).map(([member, to]) => [member, randomQuery(random, to, depth + 1)])),
  }
}

export function randomFigures(random: Random): Figures {
  const name = random.of(classNames)
  const numbers = Object.entries(shapes[name].attributes).flatMap(([attribute, kind]) => (kind === 'number' || kind === 'decimal' ? [attribute] : []))
  const [number] = numbers[0] === undefined ? [] : [random.of([numbers[0], ...numbers])]
  const group = [...new Set(Array.from({ length: random.within(0, 2) }, () => randomWay(random, name).join('.')))].map((path) => path.split('.'))
  return {
    name,
    where: random.chance(0.5) ? randomWhere(random, name) : undefined,
    group,
    figures: { n: { fn: 'count' }, d: { fn: 'count', steps: randomWay(random, name), distinct: true }, ...(number === undefined ? {} : { s: { fn: 'sum', steps: [number] }, least: { fn: 'min', steps: [number] }, most: { fn: 'max', steps: [number] } }) },
  }
}

function randomWhere(random: Random, name: ClassName): Where {
  const asFilter = random.chance(0.3)
  return { asFilter, tree: new ConditionMaker(random, { caller: false, filter: asFilter }).make([name], 2) }
}

function randomWay(random: Random, name: ClassName): readonly string[] {
  const { steps, end } = walk(random, name)
  const names = Object.keys(shapes[end].attributes) as [string, ...string[]]
  return [...steps, random.of(names)]
}

export function whereOf({ tree, asFilter }: Where): Filter | string {
  return asFilter ? filterOf(tree) : textOf(tree)
}

/** The query as the modeler takes it. */
export function shapeOf({ where, order, fields, related }: Query): Shape {
  return {
    ...(where === undefined ? {} : { where: whereOf(where) }),
    ...(order.length === 0 ? {} : { order: order.map(({ steps, desc }) => ({ attribute: steps.join('.'), desc })) }),
    ...(fields === undefined ? {} : { fields }),
    ...(Object.keys(related).length === 0 ? {} : { with: Object.fromEntries(Object.entries(related).map(([member, query]) => [member, shapeOf(query)])) }),
  }
}

export function namesHidden(oracle: Oracle, { name, where, order, related }: Query): boolean {
  return (where !== undefined && oracle.usesHidden(where.tree, [name])) || order.some(({ steps }) => oracle.isHiddenOn(steps, name)) || Object.entries(related).some(([member, query]) => oracle.isHidden(name, member) || namesHidden(oracle, query))
}

/** The objects that the query should answer. */
export function expected(oracle: Oracle, query: Query, among: readonly Thing[] = oracle.seen(query.name)): Record<string, unknown>[] {
  const { name, where, order } = query
  const chosen = among.filter((thing) => where === undefined || oracle.holds(where.tree, name, thing, where.asFilter))
  const ways = [...order, { steps: [shapes[name].key], desc: false }]
  const sorted = chosen.toSorted((a, b) => {
    for (const { steps, desc } of ways) {
      const difference = compare(oracle.reach(name, a, steps), oracle.reach(name, b, steps), kindAt(name, steps))
      if (difference !== 0) return desc ? -difference : difference
    }
    return 0
  })
  return sorted.map((thing) => objectOf(oracle, query, thing))
}

function objectOf(oracle: Oracle, { name, fields, related }: Query, thing: Thing): Record<string, unknown> {
  const { attributes, key } = shapes[name]
  const asked = Object.keys(attributes).filter((attribute) => (fields === undefined || fields.includes(attribute) || attribute === key) && !oracle.isHidden(name, attribute))
  const values = asked.map((attribute) => [attribute, oracle.value(name, thing, attribute, false)] as const)
  const others = Object.entries(related).map(([member, query]) => {
    const { things } = oracle.related(name, thing, member, false)
    const found = expected(oracle, query, things)
    return [member, shapes[name].others[member]?.many === true ? found : (found[0] ?? null)] as const
  })
  return Object.fromEntries([...values, ...others])
}

/** The groups that should be answered, each as a text, in any order. */
export function expectedGroups(oracle: Oracle, { name, where, group, figures }: Figures): string[] {
  const chosen = oracle.seen(name).filter((thing) => where === undefined || oracle.holds(where.tree, name, thing, where.asFilter))
  const groups = new Map<string, Thing[]>(group.length === 0 ? [['[]', []]] : [])
  for (const thing of chosen) {
    const values = JSON.stringify(group.map((steps) => oracle.reach(name, thing, steps)))
    groups.set(values, [...(groups.get(values) ?? []), thing])
  }
  return [...groups].map(([values, things]) => {
    const by = JSON.parse(values) as unknown[]
    const answers = Object.entries(figures).map(([as, { fn, steps, distinct }]) => {
      if (steps === undefined) return [as, things.length] as const
      const found = things.flatMap((thing) => oracle.reach(name, thing, steps) ?? [])
      if (fn === 'count') return [as, distinct ? new Set(found).size : found.length] as const
      const numbers = found.map(Number)
      return [as, numbers.length === 0 ? null : fn === 'sum' ? numbers.reduce((sum, one) => sum + one, 0) : Math[fn](...numbers)] as const
    })
    return groupText({ ...Object.fromEntries(group.map((steps, index) => [steps.join('.'), by[index]])), ...Object.fromEntries(answers) }, figures)
  }).toSorted()
}

/** A group as text, its sums and extremes as numbers. */
export function groupText(group: Readonly<Record<string, unknown>>, figures: Figures['figures']): string {
  return JSON.stringify(Object.entries(group).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, Object.hasOwn(figures, name) && value !== null ? Number(value) : value]))
}

export function figuresHidden(oracle: Oracle, { name, where, group, figures }: Figures): boolean {
  return (where !== undefined && oracle.usesHidden(where.tree, [name])) || group.some((steps) => oracle.isHiddenOn(steps, name)) || Object.values(figures).some(({ steps }) => steps !== undefined && oracle.isHiddenOn(steps, name))
}

function kindAt(name: ClassName, steps: readonly string[]): unknown {
  let end = name
  for (const step of steps.slice(0, -1)) {
    const kind = shapes[end].attributes[step]
    end = typeof kind === 'object' ? kind.to : (shapes[end].others[step]?.to ?? end)
  }
  return shapes[end].attributes[steps.at(-1) ?? '']
}

/** Nulls come first. */
function compare(a: string | number | null, b: string | number | null, kind: unknown): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1)
  const [x, y] = kind === 'decimal' ? [Number(a), Number(b)] : [a, b]
  return x < y ? -1 : x > y ? 1 : 0
}
