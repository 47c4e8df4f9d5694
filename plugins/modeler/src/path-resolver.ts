import type { Plan } from '@caruso/storage/contract'
import type { Attribute, BusinessClass, Relation } from './business-class.ts'
import { columnOf } from './column-of.ts'
import { hint } from './did-you-mean.ts'
import { ModelerError } from './errors.ts'
import type { Leaf, Stored } from './stored.ts'

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

export type Lookup = (name: string) => BusinessClass

/** Follows paths over relations to one, and collects the tables that have to be joined for them. */
export class PathResolver {
  readonly #base: BusinessClass
  readonly #lookup: Lookup
  readonly #joins: Map<string, Join>
  readonly #classes: Set<BusinessClass>

  constructor(base: BusinessClass, lookup: Lookup, begun?: PathResolver) {
    this.#base = base
    this.#lookup = lookup
    this.#joins = new Map(begun?.joinsByName)
    this.#classes = new Set(begun?.classes)
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

  /** @throws ModelerError `ATTRIBUTE_UNKNOWN`, `REQUEST_INVALID` */
  resolve(path: string): Resolved {
    const steps = path.split('.')
    let [one, of] = [this.#base, own]
    for (const [index, step] of steps.entries()) {
      const attribute = one.attributes.get(step)
      const relation = one.relations.get(step)
      const rest = steps.slice(index + 1)
      if (attribute && (rest.length === 0 || !relation)) return { stored: this.#part(one, attribute, rest, path), of, path }
      if (!relation) throw unknownAttribute(one, step, path)
      if (relation.many || rest.length === 0) throw new ModelerError('REQUEST_INVALID', `Followed ${JSON.stringify(path)} from class "${this.#base.name}": ${relation.many ? `"${step}" of class "${one.name}" leads to many objects` : 'a relation is no value'}`)
      ;[one, of] = this.#join(one, of, relation)
    }
    throw unknownAttribute(one, path, path)
  }

  /** @throws ModelerError `REQUEST_INVALID` for what has parts */
  leaf(path: string): { readonly leaf: Leaf; readonly of: string } {
    const { stored, of } = this.resolve(path)
    if (stored.kind === 'leaf') return { leaf: stored, of }
    throw new ModelerError('REQUEST_INVALID', `Used ${JSON.stringify(path)} of class "${this.#base.name}" as one value: it has the parts ${[...stored.parts.keys()].map((part) => `${path}.${part}`).join(', ')}`)
  }

  #part(one: BusinessClass, attribute: Attribute, rest: readonly string[], path: string): Stored {
    let { stored } = attribute
    for (const step of rest) {
      const part: Stored | undefined = stored.kind === 'composite' ? stored.parts.get(step) : undefined
      if (part === undefined) throw new ModelerError('ATTRIBUTE_UNKNOWN', `Looked up ${JSON.stringify(path)}: "${stored.path}" of class "${one.name}" has no part ${JSON.stringify(step)}${stored.kind === 'composite' ? hint(step, stored.parts.keys()) : ''}`)
      stored = part
    }
    return stored
  }

  #join(one: BusinessClass, of: string, relation: Relation): [BusinessClass, string] {
    const target = this.#lookup(relation.target)
    const as = of === own ? relation.name : `${of}.${relation.name}`
    if (target.source !== one.source) throw new ModelerError('REQUEST_INVALID', `Followed "${relation.name}" of class "${one.name}": class "${target.name}" is in another data source, "${target.source}"`)
    this.#classes.add(target)
    if (!this.#joins.has(as)) {
      this.#joins.set(as, { table: target.table, as, kind: 'left', on: relation.pairs.map((pair) => ({ left: columnOf(pair.own, of), right: columnOf(pair.other, as) })) })
    }
    return [target, as]
  }
}

export function unknownAttribute(one: BusinessClass, name: string, path = name): ModelerError {
  const where = path === name ? '' : ` on the way ${JSON.stringify(path)}`
  return new ModelerError('ATTRIBUTE_UNKNOWN', `Looked up attribute ${JSON.stringify(name)} of class "${one.name}"${where}: there is none${hint(name, [...one.attributes.keys(), ...one.relations.keys()])}`)
}
