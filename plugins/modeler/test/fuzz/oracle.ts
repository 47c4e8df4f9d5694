import { isNumber, type Condition, type Way } from './condition.ts'
import { shapes, type ClassName, type Thing, type World } from './world.ts'

export interface Caller {
  readonly identity: string
  readonly permissions: readonly string[]
}

export interface GrantTree {
  readonly may: readonly string[]
  readonly permission: string | undefined
  readonly where: Condition | undefined
}

/** The policy of a class, with its conditions as trees. */
export interface PolicyTree {
  readonly grants: readonly GrantTree[]
  readonly attributes: Readonly<Record<string, { readonly see?: readonly string[]; readonly change?: readonly string[] }>>
}

export type PolicyTrees = Readonly<Partial<Record<ClassName, PolicyTree>>>

/** What a caller sees, computed over plain objects and nothing of the modeler's. */
export class Oracle {
  readonly world: World
  readonly #policies: PolicyTrees
  readonly #caller: Caller

  constructor(world: World, policies: PolicyTrees, caller: Caller) {
    this.world = world
    this.#policies = policies
    this.#caller = caller
  }

  /** The same caller in another world. */
  of(world: World): Oracle {
    return new Oracle(world, this.#policies, this.#caller)
  }

  may(name: ClassName, thing: Thing, action: string): boolean {
    const policy = this.#policies[name]
    if (policy === undefined) return true
    return policy.grants.some(({ may, permission, where }) => may.includes(action) && (permission === undefined || this.#caller.permissions.includes(permission)) && (where === undefined || new Truth(this, this.#caller, false, true).holds(where, [{ name, thing }])))
  }

  seen(name: ClassName): Thing[] {
    return this.world.objects[name].filter((thing) => this.may(name, thing, 'read'))
  }

  isHidden(name: ClassName, member: string): boolean {
    if (this.#excluded(name, member, 'see')) return true
    const other = shapes[name].others[member]
    const back = other?.by ?? other?.back
    return other !== undefined && back !== undefined && this.#excluded(other.to, back, 'see')
  }

  isFixed(name: ClassName, member: string): boolean {
    return this.#excluded(name, member, 'change')
  }

  /** The objects of a relation or a reference that are seen; all of them where everything is open. */
  related(name: ClassName, thing: Thing, member: string, open: boolean): { readonly to: ClassName; readonly things: Thing[] } {
    const { attributes, others, key } = shapes[name]
    const kind = attributes[member]
    const to = typeof kind === 'object' ? kind.to : (others[member]?.to ?? 'Person')
    const there = open ? this.world.objects[to] : this.seen(to)
    if (typeof kind === 'object') return { to, things: there.filter((other) => other[shapes[to].key] === thing[member]) }
    const by = others[member]?.by
    if (by !== undefined) return { to, things: there.filter((other) => other[by] === thing[key]) }
    return { to, things: there.filter((other) => this.world.links.some(({ person, group }) => (name === 'Person' ? person === thing['id'] && group === other['id'] : group === thing['id'] && person === other['id']))) }
  }

  /** The value of an attribute: a reference to what is not seen is null, unless it is the key. */
  value(name: ClassName, thing: Thing, attribute: string, open: boolean): string | number | null {
    const kind = shapes[name].attributes[attribute]
    if (typeof kind !== 'object' || open || shapes[name].key === attribute) return thing[attribute] ?? null
    return this.related(name, thing, attribute, open).things.length > 0 ? (thing[attribute] ?? null) : null
  }

  holds(condition: Condition, name: ClassName, thing: Thing, asFilter: boolean): boolean {
    return new Truth(this, this.#caller, asFilter, false).holds(condition, [{ name, thing }])
  }

  /** What is at the end of a way over attributes. */
  reach(name: ClassName, thing: Thing, steps: readonly string[]): string | number | null {
    return new Truth(this, this.#caller, true, false).at({ at: 0, steps }, [{ name, thing }])
  }

  /** Whether a condition over a class names what is hidden. */
  usesHidden(condition: Condition, classes: readonly ClassName[]): boolean {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return condition.of.some((one) => this.usesHidden(one, classes))
      case 'not':
        return this.usesHidden(condition.of, classes)
      case 'permitted':
        return false
      case 'fold':
      case 'size': {
        const { hidden, end } = this.#along(condition.over, classes)
        return hidden || this.usesHidden(condition.where, [...classes, end])
      }
      case 'figure': {
        const { hidden, end } = this.#along(condition.over, classes)
        return hidden || this.isHidden(end, condition.of)
      }
      case 'search':
        return condition.ways === undefined ? this.textsSeen(classes[0] ?? 'Person').length === 0 : condition.ways.some((way) => this.#along(way, classes).hidden)
      case 'compare':
      case 'in':
      case 'starts':
      case 'null':
      case 'caller':
        return this.#along(condition.way, classes).hidden
    }
  }

  /** The attributes that hold texts, as far as they are seen. */
  textsSeen(name: ClassName): string[] {
    return Object.entries(shapes[name].attributes).flatMap(([attribute, kind]) => (kind === 'text' && !this.isHidden(name, attribute) ? [attribute] : []))
  }

  isHiddenOn(steps: readonly string[], name: ClassName): boolean {
    return this.#along({ at: 0, steps }, [name]).hidden
  }

  #along({ at, steps }: Way, classes: readonly ClassName[]): { readonly hidden: boolean; readonly end: ClassName } {
    let end = classes[at] ?? 'Person'
    let hidden = false
    for (const step of steps) {
      hidden ||= this.isHidden(end, step)
      const kind = shapes[end].attributes[step]
      end = typeof kind === 'object' ? kind.to : (shapes[end].others[step]?.to ?? end)
    }
    return { hidden, end }
  }

  #excluded(name: ClassName, member: string, what: 'see' | 'change'): boolean {
    const those = this.#policies[name]?.attributes[member]?.[what]
    return those !== undefined && !those.some((permission) => this.#caller.permissions.includes(permission))
  }
}

type Elements = readonly { readonly name: ClassName; readonly thing: Thing }[]

/** Whether a condition holds. */
class Truth {
  readonly #oracle: Oracle
  readonly #caller: Caller
  /** A filter compares a reference itself, a text what it leads to. */
  readonly #asFilter: boolean
  /** Policies see everything. */
  readonly #open: boolean

  constructor(oracle: Oracle, caller: Caller, asFilter: boolean, open: boolean) {
    this.#oracle = oracle
    this.#caller = caller
    this.#asFilter = asFilter
    this.#open = open
  }

  holds(condition: Condition, around: Elements): boolean {
    switch (condition.kind) {
      case 'and':
        return condition.of.every((one) => this.holds(one, around))
      case 'or':
        return condition.of.some((one) => this.holds(one, around))
      case 'not':
        return !this.holds(condition.of, around)
      case 'compare':
        return compares(numeric(this.at(condition.way, around), condition.type), condition.op, condition.value)
      case 'in':
        return condition.values.includes(numeric(this.at(condition.way, around), condition.type) ?? 'none')
      case 'starts':
        return String(this.at(condition.way, around) ?? '').startsWith(condition.value)
      case 'search': {
        const [first] = around
        const ways = condition.ways ?? this.#oracle.textsSeen(first?.name ?? 'Person').map((attribute): Way => ({ at: 0, steps: [attribute] }))
        const texts = ways.map((way) => String(this.at(way, around) ?? ''))
        return condition.words.every((word) => texts.some((text) => text.startsWith(word.toLowerCase().replace('á', 'a'))))
      }
      case 'null':
        return (this.at(condition.way, around) === null) === condition.is
      case 'caller':
        return this.at(condition.way, around) === (isNumber(condition.way) ? 1 : this.#caller.identity)
      case 'permitted':
        return this.#caller.permissions.includes(condition.permission)
      case 'fold': {
        const results = this.#many(condition.over, around).map((one) => this.holds(condition.where, [...around, one]))
        return condition.fold === 'all' ? results.every(Boolean) : results.some(Boolean)
      }
      case 'size':
        return compares(this.#many(condition.over, around).filter((one) => this.holds(condition.where, [...around, one])).length, condition.op, condition.value)
      case 'figure': {
        const numbers = this.#many(condition.over, around).flatMap(({ name, thing }) => this.#oracle.value(name, thing, condition.of, this.#open) ?? []).map(Number)
        const found = condition.figure === 'sum' ? numbers.reduce((sum, one) => sum + one, 0) : numbers.length === 0 ? null : Math[condition.figure](...numbers)
        return compares(found, condition.op, condition.value)
      }
    }
  }

  /** The value at the end of a way; of a relation, something where it leads to anything. */
  at({ at, steps }: Way, around: Elements): string | number | null {
    const end = this.#follow(at, steps.slice(0, -1), around)
    const last = steps.at(-1) ?? ''
    if (end === undefined) return null
    const kind = shapes[end.name].attributes[last]
    if (kind === undefined || (typeof kind === 'object' && !this.#asFilter)) return this.#oracle.related(end.name, end.thing, last, this.#open).things.length > 0 ? this.#there(end, last) : null
    return this.#oracle.value(end.name, end.thing, last, this.#open)
  }

  #there({ thing }: Elements[number], last: string): string | number {
    return thing[last] ?? 'there'
  }

  #many({ at, steps }: Way, around: Elements): Elements {
    const end = this.#follow(at, steps.slice(0, -1), around)
    if (end === undefined) return []
    const { to, things } = this.#oracle.related(end.name, end.thing, steps.at(-1) ?? '', this.#open)
    return things.map((thing) => ({ name: to, thing }))
  }

  #follow(at: number, steps: readonly string[], around: Elements): Elements[number] | undefined {
    let here = around[at]
    for (const step of steps) {
      if (here === undefined) return undefined
      const { to, things } = this.#oracle.related(here.name, here.thing, step, this.#open)
      const [thing] = things
      here = thing && { name: to, thing }
    }
    return here
  }
}

function numeric(value: string | number | null, type: unknown): string | number | null {
  return value !== null && type === 'decimal' ? Number(value) : value
}

function compares(a: string | number | null, op: string, b: string | number): boolean {
  if (op === '==') return a === b
  if (op === '!=') return a !== b
  if (a === null) return false
  if (op === '<') return a < b
  if (op === '<=') return a <= b
  return op === '>' ? a > b : a >= b
}
