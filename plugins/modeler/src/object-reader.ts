import { codeOf, messageOf, type Call, type Client, type InputOf, type OutputOf } from '@caruso/contract'
import type { Plan, Row, Storage } from '@caruso/storage/contract'
import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { aggregatePlan, nameOf } from './aggregate-plan.ts'
import type { BusinessClass } from './business-class.ts'
import type { Classes } from './classes.ts'
import type { Objects as Contract, Shape } from './contract.ts'
import { isZoned } from './date-bucket.ts'
import { ModelerError } from './errors.ts'
import { FindPlan, type Reading, type Search } from './find-plan.ts'
import { keyCondition } from './key-condition.ts'
import { limits } from './limits.ts'
import type { Model } from './model.ts'
import { ObjectExport } from './object-export.ts'
import { own } from './path-resolver.ts'
import { putRelated } from './related-objects.ts'
import { requireRemoved, type Removed } from './removed.ts'
import type { BusinessObject, RowMapper } from './row-mapper.ts'

type Input<Name extends keyof (typeof Contract)['operations']> = InputOf<(typeof Contract)['operations'][Name]>
type Output<Name extends keyof (typeof Contract)['operations']> = OutputOf<(typeof Contract)['operations'][Name]>

const rememberedPlans = 2_000
/** So many rows become objects in about a millisecond; then others get their turn. */
const mappedAtOnce = 2_500

/** Reads objects: a plan per shape of a request, a statement per level of relations. */
export class ObjectReader {
  readonly #model: Model
  readonly #storage: Client<typeof Storage>
  readonly #plans = new LRUCache<string, FindPlan, () => FindPlan>({ max: rememberedPlans, memoMethod: (_key, _stale, { context: make }) => make() })
  /** Plans of whole objects, which most requests ask for, by what the caller sees. */
  readonly #whole = new WeakMap<Classes, WeakMap<BusinessClass, FindPlan>>()

  constructor(model: Model, storage: Client<typeof Storage>) {
    this.#model = model
    this.#storage = storage
  }

  async get({ class: name, key, ...shape }: Input<'get'>, call: Call): Promise<Output<'get'>> {
    const find = this.#plan(this.#seenBy(call, name, shape.removed), name, shape)
    const where = keyCondition(find.class, key, own, 'Got an object')
    if (!find.ready) await this.#ready(find, find.classes(), call)
    const rows = await this.#rows(find, find.planOfKey(where), call)
    const objects = await this.#objects(find, rows, call)
    return { object: objects[0] ?? null }
  }

  async find(request: Input<'find'>, call: Call): Promise<Output<'find'>> {
    return await this.#find(request, undefined, call)
  }

  /** The best first, unless an order is asked for. */
  async search({ text, attributes, where, ...find }: Input<'search'>, call: Call): Promise<Output<'find'>> {
    const search = { search: text, ...(attributes === undefined ? {} : { attributes }) }
    const request = { ...find, where: where === undefined ? search : { and: [typeof where === 'string' ? { expression: where } : where, search] } }
    return await this.#find(request, find.order === undefined ? search : undefined, call)
  }

  /** One more than the page is asked for, so that nobody asks for another one that is not there. */
  async #find({ class: name, where, limit, after, ...asked }: Input<'find'>, best: Search | undefined, call: Call): Promise<Output<'find'>> {
    const shape = best === undefined ? asked : { ...asked, ranked: true }
    const find = this.#plan(this.#seenBy(call, name, shape.removed), name, shape)
    const { plan, classes } = find.plan({ where, after, best, limit: (limit ?? limits.objects) + 1 })
    await this.#ready(find, find.classes(), call)
    await this.#ready(undefined, classes, call)
    const rows = await this.#rows(find, plan, call)
    const isMore = rows.length > (limit ?? limits.objects)
    if (isMore && limit === undefined) throw new ModelerError('REQUEST_INVALID', `Found objects of class "${name}": there are more than ${limits.objects}, so set a limit or use stream`)
    const page = isMore ? rows.slice(0, limit) : rows
    const last = page.at(-1)
    return { objects: await this.#objects(find, page, call), next: isMore && last ? find.cursor(last) : null }
  }

  async *stream({ class: name, where, ...shape }: Input<'stream'>, call: Call): AsyncGenerator<{ readonly objects: readonly BusinessObject[] }, void> {
    const find = this.#plan(this.#seenBy(call, name, shape.removed), name, shape)
    const { plan, classes } = find.plan({ where })
    await this.#ready(find, find.classes(), call)
    await this.#ready(undefined, classes, call)
    for await (const { rows } of this.#storage.stream(plan, call)) yield { objects: await this.#objects(find, rows, call) }
  }

  /** The text of all objects, in pieces. */
  async *export({ class: name, where, order, columns, ...format }: Input<'export'>, call: Call): AsyncGenerator<{ readonly text: string }, void> {
    const made = new ObjectExport(this.#model.get(name), columns, format, this.#model.seenBy(call.caller))
    const head = made.head()
    if (head !== '') yield { text: head }
    const request = { class: name, ...made.shape, ...(where === undefined ? {} : { where }), ...(order === undefined ? {} : { order }) }
    for await (const { objects } of this.stream(request, call)) yield { text: made.text(objects) }
  }

  async count(request: Input<'count'>, call: Call): Promise<Output<'count'>> {
    const { groups } = await this.aggregate({ ...request, figures: { count: { fn: 'count' } } }, call)
    return { count: Number(groups[0]?.['count'] ?? 0) }
  }

  async aggregate(request: Input<'aggregate'>, call: Call): Promise<Output<'aggregate'>> {
    const { plan, classes, group } = aggregatePlan(this.#model.get(request.class), request, this.#seenBy(call, request.class, request.removed), await this.#years(request, call))
    await this.#ready(undefined, classes, call)
    const { rows } = await this.#storage.query(plan, call)
    return { groups: rows.map(group) }
  }

  /** In which years the instants are whose days the clocks of a time zone tell: those are looked up in the zone's rules. */
  async #years({ class: name, where, removed, group = [] }: Input<'aggregate'>, call: Call): Promise<Map<string, readonly number[]>> {
    const years = new Map<string, readonly number[]>()
    for (const bucket of group) {
      if (typeof bucket === 'string' || !isZoned(bucket)) continue
      const { groups } = await this.aggregate({ class: name, group: [{ attribute: bucket.attribute, by: 'year', as: 'year' }], figures: { count: { fn: 'count' } }, ...(where === undefined ? {} : { where }), ...(removed === undefined ? {} : { removed }) }, call)
      years.set(nameOf(bucket), groups.flatMap(({ year }) => (typeof year === 'string' ? [Number(year.slice(0, 4))] : [])))
    }
    return years
  }

  /** What the caller sees. @throws ModelerError `FORBIDDEN` for what is removed, unless the caller may see that */
  #seenBy(call: Call, name: string, removed: Removed | undefined): Classes {
    const classes = this.#model.seenBy(call.caller)
    if (removed !== undefined) requireRemoved(classes.get(name), classes, 'Read removed objects', call)
    return classes
  }

  #plan(classes: Classes, name: string, shape: Shape & Reading): FindPlan {
    const one = classes.get(name)
    if (shape.removed !== undefined || shape.ranked === true || shape.fields !== undefined || shape.with !== undefined || shape.order !== undefined) {
      return this.#plans.memo(JSON.stringify([classes.id, name, shape.fields, shape.order, shape.with, shape.removed, shape.ranked]), { context: () => new FindPlan(one, shape, classes) })
    }
    const whole = this.#whole.get(classes) ?? new WeakMap<BusinessClass, FindPlan>()
    this.#whole.set(classes, whole)
    const find = whole.get(one) ?? new FindPlan(one, {}, classes)
    whole.set(one, find)
    return find
  }

  async #ready(find: FindPlan | undefined, classes: Iterable<BusinessClass>, call: Call): Promise<void> {
    if (find?.ready) return
    for (const one of classes) if (!this.#model.isChecked(one)) await this.#model.check(one, call)
    if (find) find.ready = true
  }

  /** Where the database holds what is no value of an attribute, looks for the object that it belongs to. */
  async #rows(find: FindPlan, plan: Plan, call: Call): Promise<readonly Row[]> {
    try {
      return (await this.#storage.query(plan, call)).rows
    } catch (error) {
      if (codeOf(error) !== 'VALUE_INVALID') throw error
      for (const row of (await this.#storage.query(untyped(plan), call)).rows) find.mapper.check(row)
      throw new ModelerError('OBJECT_BROKEN', `Read objects of class "${find.class.name}": ${messageOf(error)}`, { cause: error, details: { class: find.class.name } })
    }
  }

  async #objects(find: FindPlan, rows: readonly Row[], call: Call): Promise<readonly BusinessObject[]> {
    const objects = find.mapper.isLight || rows.length <= mappedAtOnce ? find.mapper.mapAll(rows) : await mappedInTurns(find.mapper, rows)
    await putRelated(this.#storage, find, rows, objects, call)
    return objects
  }
}

async function mappedInTurns(mapper: RowMapper, rows: readonly Row[]): Promise<readonly BusinessObject[]> {
  const mapped: (readonly BusinessObject[])[] = []
  for (let from = 0; from < rows.length; from += mappedAtOnce) {
    if (from > 0) await setImmediate()
    mapped.push(mapper.mapAll(rows.slice(from, from + mappedAtOnce)))
  }
  return mapped.flat()
}

/** A plan whose columns are answered as the database holds them. */
function untyped(plan: Plan): Plan {
  const columns = (plan.columns ?? []).map((entry) => (typeof entry === 'string' || 'term' in entry ? entry : { column: entry.column, ...(entry.of === undefined ? {} : { of: entry.of }), ...(entry.as === undefined ? {} : { as: entry.as }) }))
  return { ...plan, columns }
}
