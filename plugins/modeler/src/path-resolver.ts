import { describeValue, didYouMean } from '@caruso/contract'
import type { Plan, Term } from '@caruso/storage/contract'
import { between, type Attribute, type BusinessClass, type Relation } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import type { Computed } from './computed.ts'
import { columnOf } from './column-of.ts'
import { ModelerError } from './errors.ts'
import { isPresent } from './kept.ts'
import { inItsTable, partJoin, partsOf } from './part-table.ts'
import { leavesOf, type Leaf, type Stored } from './stored.ts'

export type Join = NonNullable<Plan['joins']>[number]

/** The name of the class's own table in every plan. */
export const own = '$'

/** The name of a table of links in a plan. */
export const linkTable = '~'

/** Where a path leads: a value, and the name that the plan gives its table. */
export interface Resolved {
  readonly stored: Stored
  readonly of: string
  readonly path: string
}

/** Follows paths over relations to one, and collects the tables that have to be joined for them. */
export class PathResolver {
  readonly #base: BusinessClass
  readonly #known: SeenClasses
  readonly #own: string
  readonly #prefix: string
  readonly #joins: Map<string, Join>
  readonly #classes: Set<BusinessClass>

  /**
   * @param at `of` is the name of the class's table in the plan, `prefix` begins the names of joined ones, `begun` is
   * a resolver whose joins this one has too
   */
  constructor(base: BusinessClass, classes: SeenClasses, { begun, of = own, prefix = '' }: { readonly begun?: PathResolver; readonly of?: string; readonly prefix?: string } = {}) {
    this.#base = base
    this.#known = classes
    this.#own = of
    this.#prefix = prefix
    this.#joins = new Map(begun?.joinsByName)
    this.#classes = new Set(begun?.classes)
  }

  /** The class that paths begin at. */
  get base(): BusinessClass {
    return this.#base
  }

  get joinsByName(): ReadonlyMap<string, Join> {
    return this.#joins
  }

  get joins(): readonly Join[] {
    return [...this.#joins.values()]
  }

  /** The other classes that paths have led to. */
  get classes(): ReadonlySet<BusinessClass> {
    return this.#classes
  }

  /** @throws ModelerError `ATTRIBUTE_UNKNOWN`, `ATTRIBUTE_HIDDEN`, `REQUEST_INVALID` */
  resolve(path: string): Resolved {
    const steps = path.split('.')
    let [one, of] = [this.#base, this.#own]
    for (const [index, step] of steps.entries()) {
      const attribute = one.attributes.get(step)
      const relation = one.relations.get(step)
      const rest = steps.slice(index + 1)
      requireSeen(this.#known, one, step)
      if (attribute && rest.length === 0) return { ...this.#value(one, of, attribute), path }
      if (attribute && !relation) return { ...this.#reached(of, this.#part(one, attribute, rest, path)), path }
      if (!relation) throw unknownAttribute(one, step, path)
      if (relation.many || rest.length === 0) throw new ModelerError('REQUEST_INVALID', `Followed ${JSON.stringify(path)} from class "${this.#base.name}": ${relation.many ? `"${step}" of class "${one.name}" leads to many objects` : 'a relation is no value'}`)
      ;[one, of] = this.#join(one, of, relation)
    }
    throw unknownAttribute(one, path, path)
  }

  /** @throws ModelerError `REQUEST_INVALID` for what has parts */
  leaf(path: string): { readonly leaf: Leaf; readonly of: string } {
    if (this.computed(path.split('.'))) throw new ModelerError('REQUEST_INVALID', `Used ${JSON.stringify(path)} of class "${this.#base.name}" where a column is needed, as in searches: it is computed`)
    const { stored, of } = this.resolve(path)
    if (stored.kind === 'leaf') return { leaf: stored, of }
    throw new ModelerError('REQUEST_INVALID', `Used ${JSON.stringify(path)} of class "${this.#base.name}" as one value: it has the parts ${[...stored.parts.keys()].map((part) => `${path}.${part}`).join(', ')}`)
  }

  /** What is computed at the end of a path, if that is what stands there. @throws ModelerError `ATTRIBUTE_HIDDEN` */
  computed(steps: readonly string[]): Computed | undefined {
    let one = this.#base
    for (const step of steps.slice(0, -1)) {
      const relation = one.relations.get(step)
      if (!relation || relation.many) return undefined
      one = this.#known.get(relation.target)
    }
    const last = steps.at(-1) ?? ''
    const found = this.#known.computed(one).get(last)
    if (found) requireSeen(this.#known, one, last)
    return found
  }

  /** Where the value of an attribute of the class itself is. */
  value(attribute: Attribute): { readonly stored: Stored; readonly of: string } {
    return this.#value(this.#base, this.#own, attribute)
  }

  /** Where an attribute of the class itself is kept, wherever a reference leads. */
  held({ stored }: Attribute): { readonly stored: Stored; readonly of: string } {
    return this.#reached(this.#own, stored)
  }

  /** The relation to many that a path ends with. */
  many(path: readonly string[]): { readonly relation: Relation; readonly of: string } {
    let [one, of] = [this.#base, this.#own]
    for (const [index, step] of path.entries()) {
      const relation = one.relations.get(step)
      if (!relation) throw unknownAttribute(one, step, path.join('.'))
      requireSeen(this.#known, one, step)
      if (index === path.length - 1) {
        for (const { own: leaf } of relation.pairs) this.#reached(of, leaf)
        return { relation, of }
      }
      ;[one, of] = this.#join(one, of, relation)
    }
    throw unknownAttribute(one, path.join('.'))
  }

  /** The columns that are all null where an object, or a value with parts, is not there. */
  whole(path: string): readonly { readonly leaf: Leaf; readonly of: string }[] {
    const steps = path.split('.')
    let [one, of] = [this.#base, this.#own]
    for (const step of steps) {
      const relation = one.relations.get(step)
      if (!relation || relation.many) {
        const { stored, of: at } = this.resolve(path)
        return leavesOf(stored).map((leaf) => ({ leaf, of: at }))
      }
      requireSeen(this.#known, one, step)
      ;[one, of] = this.#join(one, of, relation)
    }
    return one.keyLeaves.slice(0, 1).map((leaf) => ({ leaf, of }))
  }

  /** Joins the table of the class itself that a column is in. */
  reach(leaf: Leaf): void {
    if (leaf.part !== undefined) this.#reached(this.#own, leaf)
  }

  /** Adds classes that others have led to. */
  include(classes: Iterable<BusinessClass>): void {
    for (const one of classes) this.#classes.add(one)
  }

  /** A reference to an object that the caller may not see is null, so its value is that of the key there. */
  #value(one: BusinessClass, of: string, attribute: Attribute): { readonly stored: Stored; readonly of: string } {
    const relation = one.relations.get(attribute.name)
    if (!relation || !isMasked(this.#known, one, attribute)) return this.#reached(of, attribute.stored)
    const [, as] = this.#join(one, of, relation)
    return { stored: elsewhere(attribute.stored, relation.pairs.map(({ other }) => other.column).values()), of: as }
  }

  #part(one: BusinessClass, attribute: Attribute, rest: readonly string[], path: string): Stored {
    let { stored } = attribute
    for (const step of rest) {
      const part: Stored | undefined = stored.kind === 'composite' ? stored.parts.get(step) : undefined
      if (part === undefined) throw new ModelerError('ATTRIBUTE_UNKNOWN', `Looked up ${JSON.stringify(path)}: "${stored.path}" of class "${one.name}" has no part ${JSON.stringify(step)}${stored.kind === 'composite' ? didYouMean(step, stored.parts.keys()) : ''}`)
      stored = part
    }
    return stored
  }

  #join(one: BusinessClass, of: string, relation: Relation): [BusinessClass, string] {
    const target = this.#known.get(relation.target)
    const as = of === own ? `${this.#prefix}${relation.name}` : of === this.#own ? `${this.#prefix}${of}.${relation.name}` : `${of}.${relation.name}`
    if (target.source !== one.source) throw new ModelerError('REQUEST_INVALID', `Followed "${relation.name}" of class "${one.name}": class "${target.name}" is in another data source, "${target.source}"`)
    this.#classes.add(target)
    if (!this.#joins.has(as)) {
      const where = both(isPresent(target.kept, as), this.#known.sight(target)?.joined(as))
      for (const { own: leaf } of relation.pairs) this.#reached(of, leaf)
      const through = between(relation)
      const right = through ? `${as}~` : as
      const outer = relation.pairs.map((pair) => ({ left: columnOf(pair.own, of), right: columnOf(pair.other, right) }))
      if (through) this.#joins.set(right, { table: through.table, as: right, kind: 'left', on: outer })
      const on = through ? through.pairs.map((pair) => ({ left: columnOf(pair.other, right), right: columnOf(pair.own, as) })) : outer
      this.#joins.set(as, { table: target.table, as, kind: 'left', on, ...(where === undefined ? {} : { where }) })
    }
    return [target, as]
  }

  /** A value whose columns can be asked for, since the tables that they are in are joined. */
  #reached(of: string, stored: Stored): { readonly stored: Stored; readonly of: string } {
    for (const part of partsOf(leavesOf(stored))) {
      const join = partJoin(part, of)
      this.#joins.set(join.as ?? part.table, join)
    }
    return { stored, of }
  }
}

/** Whether a reference may lead to an object that the caller does not see. */
export function mayLeadToHidden(classes: SeenClasses, one: BusinessClass, { definition }: Attribute): boolean {
  if (definition.type !== 'reference') return false
  const target = classes.get(definition.to)
  return target.source === one.source && classes.sight(target)?.mayAlways('read') === false
}

/** Whether such a reference is null where it does; keys are answered as they are. */
export function isMasked(classes: SeenClasses, one: BusinessClass, attribute: Attribute): boolean {
  return mayLeadToHidden(classes, one, attribute) && !one.key.includes(attribute)
}

/** Whether the caller does not see an attribute or a relation, or it would tell a hidden one of the other class. */
export function isHidden(classes: SeenClasses, one: BusinessClass, name: string): boolean {
  const relation = one.relations.get(name)
  return classes.sight(one)?.hidden.has(name) === true || (relation !== undefined && otherEnd(classes, one, relation).some((end) => classes.sight(classes.get(relation.target))?.hidden.has(end)))
}

/**
 * Refuses what is hidden.
 *
 * @throws ModelerError `ATTRIBUTE_HIDDEN`
 */
export function requireSeen(classes: SeenClasses, one: BusinessClass, name: string): void {
  if (isHidden(classes, one, name)) throw hiddenAttribute(one, name)
}

export function hiddenAttribute(one: BusinessClass, name: string): ModelerError {
  return new ModelerError('ATTRIBUTE_HIDDEN', `Used "${name}" of class "${one.name}": its policy does not let the caller see it`, { details: { class: one.name, attribute: name } })
}

/** The names under which the other class knows a relation: its reference, or its own end of the links. */
export function otherEnd(classes: SeenClasses, one: BusinessClass, { link, pairs, target }: Relation): string[] {
  if (!link) return pairs.map(({ other }) => other.path.split('.')[0] ?? '')
  return [...classes.get(target).relations.values()].filter((back) => back.link?.table === link.table && back.target === one.name).map(({ name }) => name)
}

/** The same value in other columns, which come in the order of its parts. */
function elsewhere(stored: Stored, columns: Iterator<string>): Stored {
  if (stored.kind === 'leaf') return { ...inItsTable(stored), column: columns.next().value ?? stored.column }
  return { ...stored, parts: new Map([...stored.parts].map(([name, part]) => [name, elsewhere(part, columns)])) }
}

function both(a: Term | undefined, b: Term | undefined): Term | undefined {
  return a && b ? { op: 'and', of: [a, b], type: 'boolean' } : (a ?? b)
}

export function unknownAttribute(one: BusinessClass, name: string, path = name): ModelerError {
  const where = path === name ? '' : ` on the way ${describeValue(path)}`
  if (one.relations.get(name)?.many === true) return new ModelerError('ATTRIBUTE_UNKNOWN', `Looked up attribute "${name}" of class "${one.name}"${where}: it is a relation to many, which "with" reads and conditions ask by exists, all and size`)
  return new ModelerError('ATTRIBUTE_UNKNOWN', `Looked up attribute ${describeValue(name)} of class "${one.name}"${where}: there is none${didYouMean(name, [...one.attributes.keys(), ...one.relations.keys()])}`)
}
