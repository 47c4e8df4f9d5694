import { describeValue, didYouMean } from '@caruso/contract'
import type { Filter as StorageFilter, Plan, Row, Term } from '@caruso/storage/contract'
import { between, type Attribute, type BusinessClass, type Relation } from './business-class.ts'
import type { Classes } from './classes.ts'
import { columnOf, type PlanColumn } from './column-of.ts'
import { columnTerm } from './column-term.ts'
import { isComputedHidden, type Computed } from './computed.ts'
import { conditionOf, searchedIn } from './condition.ts'
import type { Shape } from './contract.ts'
import { conditionAfter, cursorAfter, type OrderColumn } from './cursor.ts'
import { ModelerError } from './errors.ts'
import type { Filter } from './filter.ts'
import { limits } from './limits.ts'
import { distinctJoins, placeOf } from './part-table.ts'
import { isMasked, linkTable, own, PathResolver, requireSeen, unknownAttribute, type Join } from './path-resolver.ts'
import { presence, rowsOf, type Removed } from './removed.ts'
import type { RowCondition } from './row-condition.ts'
import { RowMapper, type BusinessObject } from './row-mapper.ts'
import { stateOf } from './state-columns.ts'
import { leavesOf, type Leaf } from './stored.ts'
import { wordsRank } from './words-condition.ts'

type Column = PlanColumn & { readonly as: string }

/** What is read beside what is asked for: what is removed, and how well objects fit a search. */
export interface Reading {
  readonly removed?: Removed
  readonly ranked?: boolean
}

/** What is searched for, and in which attributes. */
export interface Search {
  readonly search: string
  readonly attributes?: readonly string[]
}

// No path has such a character.
const rank = '~rank'

/** A relation whose objects a plan reads. */
interface Incoming {
  readonly relation: Relation
  /** The class of those that they belong to, where the caller sees each of them. */
  readonly seen: BusinessClass | undefined
}

/** Objects of a relation, as a plan of their own. */
export interface RelatedPlan {
  readonly relation: Relation
  readonly plan: FindPlan
  /** The values in rows by which others belong to an object, in the order of the relation's pairs. */
  readonly ours: readonly string[]
  /** The condition that its rows meet, whichever objects they belong to. */
  readonly where: Filter | string | undefined
}

/**
 * How objects of a class are read: columns, order, and how rows become objects. Made once per shape of a request;
 * what differs between two requests of one shape is a condition, a page and its size.
 */
export class FindPlan {
  readonly class: BusinessClass
  readonly mapper: RowMapper
  readonly related: readonly RelatedPlan[]
  /** Which rows the caller sees; undefined for all. */
  readonly #rows: RowCondition | undefined
  /** Whether the tables of all its classes were seen to be there. */
  ready = false
  readonly #columns: Column[] = []
  readonly #order: OrderColumn[] = []
  readonly #computed: { readonly term: Term; readonly as: string }[] = []
  readonly #resolver: PathResolver
  readonly #classes: Classes
  readonly #signature: string
  /** What is the same in every plan that joins no more tables. */
  readonly #base: Plan
  /** What holds of every object that is answered, whoever asks. */
  readonly #always: readonly StorageFilter[]
  readonly #state: readonly Join[]

  constructor(one: BusinessClass, shape: Shape & Reading, classes: Classes, incoming?: Incoming, depth = 0) {
    if (depth > limits.depth) throw new ModelerError('REQUEST_INVALID', `Read objects of class "${one.name}": at most ${limits.depth} relations may lie within each other`)
    this.class = one
    this.#classes = classes
    this.#resolver = new PathResolver(one, classes)
    this.#rows = rowsOf(one, classes, shape.removed)
    this.#always = presence(one, own, shape.removed)
    const attributes = chosen(one, shape, classes)
    for (const attribute of attributes) this.#answer(attribute, incoming !== undefined && leadsBack(attribute, incoming))
    const visible = this.#columns.length
    const computed = computedFor(one, shape, classes)
    for (const { name } of computed) this.#compute(name, name)
    const state = stateOf(one, shape.removed)
    if (state) this.#columns.push(...state.columns)
    this.#state = state?.joins ?? []
    for (const { attribute, desc = false } of shape.order ?? []) this.#orderBy(attribute, desc)
    // Those of each object together, as an index of them has them: in the order of their keys alone, all would have to be sorted.
    if (incoming && !shape.order && !between(incoming.relation)) for (const { other } of incoming.relation.pairs) this.#orderByLeaf(other, own, false)
    for (const { stored } of one.key) for (const leaf of leavesOf(stored)) this.#orderByLeaf(leaf, own, false)
    this.#signature = [one.name, ...(shape.ranked === true ? [rank] : []), ...(shape.order ?? []).map(({ attribute, desc }) => `${desc ? '-' : ''}${attribute}`)].join(' ')
    this.related = Object.entries(shape.with ?? {}).map(([name, inner]) => this.#related(name, inner, shape.removed === undefined, depth))
    for (const { other } of incoming?.relation.pairs ?? []) this.#select(other, incoming && between(incoming.relation) ? linkTable : own, other.path)
    const extent = this.#columns.length > visible || this.#computed.length > 0 || shape.ranked === true ? 'less' : this.related.length > 0 ? 'more' : 'rows'
    this.mapper = new RowMapper(one, attributes, extent, putting(computed, state?.put))
    this.#base = this.#unconditional(this.#resolver)
  }

  /** Every class that a request of this plan reads, itself included. */
  *classes(): Generator<BusinessClass> {
    yield this.class
    yield* this.#resolver.classes
    yield* this.#rows?.classes ?? []
    for (const { plan } of this.related) yield* plan.classes()
  }

  /** The storage's plan of one request; with `best`, what fits it best comes first. */
  plan({ where, after, limit, best }: { readonly where?: Filter | string | undefined; readonly after?: string | undefined; readonly limit?: number | undefined; readonly best?: Search | undefined }): { readonly plan: Plan; readonly classes: Iterable<BusinessClass> } {
    const resolver = new PathResolver(this.class, this.#classes, { begun: this.#resolver })
    const conditions: StorageFilter[] = []
    if (where) conditions.push(conditionOf(where, resolver, this.#classes))
    const term = best && wordsRank(best.search, searchedIn(best.attributes, resolver, this.#classes))
    if (after !== undefined) conditions.push(this.#after(after, term))
    const plan = this.#plan(resolver, conditions)
    const ranked = term === undefined ? plan : { ...plan, columns: [...(plan.columns ?? []), { term, as: rank }], order: [{ column: rank }, ...(plan.order ?? [])] }
    return { plan: { ...ranked, ...(limit === undefined ? {} : { limit }) }, classes: resolver.classes }
  }

  /** The storage's plan of one object, of whose key the columns are given. */
  planOfKey(key: readonly StorageFilter[]): Plan {
    return { ...this.#base, order: [], where: this.#where(key), limit: 1 }
  }

  /** The storage's plan of the objects that belong to others, whose keys are given by column. */
  planOf(relation: Relation, keys: readonly StorageFilter[], where: Filter | string | undefined): Plan {
    const resolver = new PathResolver(this.class, this.#classes, { begun: this.#resolver })
    const conditions = where ? [...keys, conditionOf(where, resolver, this.#classes)] : keys
    const plan = this.#plan(resolver, conditions)
    const link = between(relation)
    if (!link) return plan
    const on = link.pairs.map((pair) => ({ left: columnOf(pair.own, own), right: columnOf(pair.other, linkTable) }))
    return { ...plan, joins: [{ table: link.table, as: linkTable, on }, ...(plan.joins ?? [])] }
  }

  /** The name in rows of a column that is selected. */
  nameOf(leaf: Leaf, of: string): string {
    return this.#select(leaf, of, leaf.path)
  }

  /** Where a page that ends with this row goes on; a class without a key has no order to go on in. */
  cursor(last: Row): string | null {
    return this.class.key.length === 0 ? null : cursorAfter(this.#signature, this.#ordered(rank in last ? { value: null, type: 'number' } : undefined), last)
  }

  #plan(resolver: PathResolver, conditions: readonly StorageFilter[]): Plan {
    const base = resolver.joinsByName.size === this.#resolver.joinsByName.size ? this.#base : this.#unconditional(resolver)
    return conditions.length === 0 ? base : { ...base, where: this.#where(conditions) }
  }

  /** What is asked for, of what is there and the caller sees. */
  #where(conditions: readonly StorageFilter[]): StorageFilter {
    const all = [...conditions, ...this.#always, ...(this.#rows ? [{ term: this.#rows.term }] : [])]
    const [only] = all
    return all.length === 1 && only ? only : { and: [...all] }
  }

  #unconditional(resolver: PathResolver): Plan {
    const joins = distinctJoins([...this.#state, ...(this.#rows?.joins ?? []), ...resolver.joins])
    return {
      source: this.class.source,
      from: this.class.table,
      as: own,
      columns: this.#computed.length > 0 ? [...this.#columns, ...this.#computed] : this.#columns,
      ...(joins.length > 0 ? { joins: [...joins] } : {}),
      ...(this.#rows || this.#always.length > 0 ? { where: this.#where([]) } : {}),
      ...(this.#order.length > 0 ? { order: this.#order.map(({ at, desc, as }) => ({ ...('term' in at ? { column: as } : at), ...(desc ? { desc } : {}) })) } : {}),
    }
  }

  /** The order, in which how well an object fits comes first. */
  #ordered(term: Term | undefined): readonly OrderColumn[] {
    return term === undefined ? this.#order : [{ at: { term, type: 'number' }, desc: false, as: rank }, ...this.#order]
  }

  #after(cursor: string, term: Term | undefined): StorageFilter {
    if (this.class.key.length === 0) throw new ModelerError('CURSOR_INVALID', `Read a page of class "${this.class.name}": it has no key, so its objects have no order to go on in`)
    return conditionAfter(this.#signature, this.#ordered(term), cursor)
  }

  /** @param present whether no object of this plan is removed */
  #related(name: string, shape: Shape, present: boolean, depth: number): RelatedPlan {
    const relation = this.class.relations.get(name)
    if (!relation) throw new ModelerError('RELATION_UNKNOWN', `Looked up relation ${describeValue(name)} of class "${this.class.name}": there is none${didYouMean(name, this.class.relations.keys())}`)
    requireSeen(this.#classes, this.class, name)
    const reference = this.class.attributes.get(name)
    const value = reference && isMasked(this.#classes, this.class, reference) ? this.#resolver.value(reference) : undefined
    const ours = value ? leavesOf(value.stored).map((leaf) => this.#select(leaf, value.of, leaf.path)) : relation.pairs.map((pair) => this.#select(pair.own, own, pair.own.path))
    const target = this.#classes.get(relation.target)
    // A mistake in it is told also where nothing is related.
    if (shape.where) conditionOf(shape.where, new PathResolver(target, this.#classes), this.#classes)
    return { relation, plan: new FindPlan(target, shape, this.#classes, { relation, seen: present ? this.class : undefined }, depth + 1), ours, where: shape.where }
  }

  /** @param seen whether what a reference leads to is seen, so that nobody has to look */
  #answer(attribute: Attribute, seen: boolean): void {
    const { stored, of } = seen ? this.#resolver.held(attribute) : this.#resolver.value(attribute)
    for (const leaf of leavesOf(stored)) this.#columns.push({ ...columnOf(leaf, of), as: leaf.path })
  }

  #compute(path: string, as: string): Term {
    const [first = '', ...rest] = path.split('.')
    const type = this.#resolver.computed([first, ...rest])?.type ?? 'text'
    const term = columnTerm({ path: [first, ...rest], type }, this.#resolver, this.#classes)
    if (!this.#computed.some((known) => known.as === as)) this.#computed.push({ term, as })
    return term
  }

  #orderBy(path: string, desc: boolean): void {
    const computed = this.#resolver.computed(path.split('.'))
    if (computed?.type === 'boolean') throw new ModelerError('REQUEST_INVALID', `Ordered class "${this.class.name}" by ${JSON.stringify(path)}: yes and no have no order`)
    if (computed) {
      const as = `~${path}`
      this.#order.push({ at: { term: this.#compute(path, as), type: computed.type }, desc, as })
      return
    }
    const { leaf, of } = this.#resolver.leaf(path)
    if (!leaf.codec.ordered) throw new ModelerError('REQUEST_INVALID', `Ordered class "${this.class.name}" by ${JSON.stringify(path)}: its column holds the values in a form that is ordered otherwise`)
    this.#orderByLeaf(leaf, of, desc)
  }

  #orderByLeaf(leaf: Leaf, of: string, desc: boolean): void {
    if (this.#order.some(({ at }) => 'column' in at && at.column === leaf.column && at.of === placeOf(leaf, of))) return
    // A reference to a key of several parts has parts of the same names as what it leads to.
    this.#order.push({ at: columnOf(leaf, of), desc, as: this.#select(leaf, of, of === own ? leaf.path : `${of}~${leaf.path}`) })
  }

  /** The name of a column in rows; it is selected unless it is already. */
  #select(leaf: Leaf, of: string, path: string): string {
    if (of === own) this.#resolver.reach(leaf)
    const known = this.#columns.find((one) => one.column === leaf.column && one.of === placeOf(leaf, of))?.as
    if (known !== undefined) return known
    // A reference that may be null for this caller has the name already, under which the column itself is asked for.
    const as = this.#columns.some((one) => one.as === path) ? `${path}~` : path
    this.#columns.push({ ...columnOf(leaf, of), as })
    return as
  }
}

/** Whether it is the reference by which the objects belong to those that were read before them. */
function leadsBack({ definition, stored }: Attribute, { relation, seen }: Incoming): boolean {
  if (definition.type !== 'reference' || definition.to !== seen?.name || between(relation)) return false
  const leaves = leavesOf(stored)
  return leaves.length === relation.pairs.length && leaves.every((leaf) => relation.pairs.some(({ other }) => other === leaf))
}

/** What is computed that is asked for and seen. */
function computedFor(one: BusinessClass, { fields }: Shape, classes: Classes): readonly Computed[] {
  return [...classes.computed(one).values()].filter((computed) => (fields === undefined || fields.includes(computed.name)) && !isComputedHidden(classes, one, computed))
}

function putting(computed: readonly Computed[], put: ((object: BusinessObject, row: Row) => void) | undefined): ((object: BusinessObject, row: Row) => void) | undefined {
  if (computed.length === 0) return put
  return (object, row) => {
    for (const { name, type } of computed) {
      const value = row[name] ?? null
      object[name] = type === 'duration' && value !== null ? String(value as number | string) : value
    }
    put?.(object, row)
  }
}

/** The attributes that are asked for and seen, with the key and the counter of changes, which every change needs. */
function chosen(one: BusinessClass, shape: Shape, classes: Classes): readonly Attribute[] {
  const asked = askedFor(one, shape, classes.computed(one))
  const hidden = classes.sight(one)?.hidden
  return hidden === undefined || hidden.size === 0 ? asked : asked.filter(({ name }) => !hidden.has(name))
}

function askedFor(one: BusinessClass, { fields }: Shape, computed: ReadonlyMap<string, Computed>): readonly Attribute[] {
  if (fields === undefined) return [...one.attributes.values()]
  const always = one.locking ? [...one.key, one.locking] : one.key
  const asked = fields.map((name) => {
    const attribute = one.attributes.get(name)
    if (attribute || computed.has(name)) return attribute
    throw unknownAttribute(one, name)
  })
  return [...new Set([...always, ...asked.filter((attribute) => attribute !== undefined)])]
}
