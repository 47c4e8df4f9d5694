import { didYouMean, type InputOf } from '@caruso/contract'
import type { Plan, Row, Term } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { dateCodec, decimalCodec, type Codec } from './codec.ts'
import type { Classes } from './classes.ts'
import { columnOf, type PlanColumn } from './column-of.ts'
import { conditionOf } from './condition.ts'
import type { Bucket, Objects } from './contract.ts'
import { bucketTerm } from './date-bucket.ts'
import { ModelerError } from './errors.ts'
import { distinctJoins } from './part-table.ts'
import { own, PathResolver } from './path-resolver.ts'
import { presence, rowsOf } from './removed.ts'
import type { BusinessObject } from './row-mapper.ts'
import type { Leaf } from './stored.ts'

type Request = InputOf<(typeof Objects)['operations']['aggregate']>

/** What groups are made by: a column, or a term of one, by the name that it has in the answer. */
interface Grouped {
  readonly as: string
  readonly codec: Codec
  readonly selected: PlanColumn | { readonly term: Term }
}

/**
 * The storage's plan of figures, and how its rows become groups: sums and means are decimals as text, counts are numbers.
 *
 * @param years those in which instants lie, by the name of what they are grouped by, where a time zone is told
 */
export function aggregatePlan(one: BusinessClass, request: Request, classes: Classes, years: ReadonlyMap<string, readonly number[]> = new Map()): { readonly plan: Plan; readonly classes: Iterable<BusinessClass>; group(row: Row): BusinessObject } {
  const resolver = new PathResolver(one, classes)
  const grouped = (request.group ?? []).map((entry) => groupedBy(entry, resolver, years))
  const figures = Object.entries(request.figures).map(([as, figure]) => ({ as, figure, found: figure.attribute === undefined ? undefined : resolver.leaf(figure.attribute) }))
  for (const { figure, found } of figures) refuseMeaningless(one, figure, found?.leaf)
  refuseTwice(one, [...grouped, ...figures])
  const rows = rowsOf(one, classes, request.removed)
  const conditions = [...presence(one, own, request.removed), ...(request.where === undefined ? [] : [conditionOf(request.where, resolver, classes)]), ...(rows ? [{ term: rows.term }] : [])]
  const joins = distinctJoins([...(rows?.joins ?? []), ...resolver.joins])
  const plan: Plan = {
    source: one.source,
    from: one.table,
    as: own,
    columns: grouped.map(({ selected, as }) => ({ ...selected, as })),
    group: grouped.map(({ selected, as }) => ('term' in selected ? { computed: as } : selected)),
    aggregates: figures.map(({ as, figure: { fn, distinct }, found }) => ({ fn, as, ...(found ? columnOf(found.leaf, found.of) : {}), ...(distinct === undefined ? {} : { distinct }) })),
    ...(joins.length > 0 ? { joins: [...joins] } : {}),
    ...(conditions.length > 0 ? { where: { and: conditions } } : {}),
    ...(request.limit === undefined ? {} : { limit: request.limit }),
    order: (request.order ?? []).map(({ by, desc = false }) => ({ ...orderColumn(one, by, Object.keys(request.figures), grouped), desc })),
  }
  const outputs = [...grouped, ...figures.map(({ as, figure: { fn }, found }) => ({ as, codec: fn === 'count' ? undefined : fn === 'min' || fn === 'max' ? found?.leaf.codec : decimalCodec }))]
  return { plan, classes: [one, ...resolver.classes, ...(rows?.classes ?? [])], group: (row) => Object.fromEntries(outputs.map(({ as, codec }) => [as, value(one, row, as, codec)])) }
}

/** The name in the answer of what is grouped by. */
export function nameOf(entry: string | Bucket): string {
  return typeof entry === 'string' ? entry : (entry.as ?? entry.attribute)
}

function groupedBy(entry: string | Bucket, resolver: PathResolver, years: ReadonlyMap<string, readonly number[]>): Grouped {
  const as = nameOf(entry)
  const path = typeof entry === 'string' ? entry : entry.attribute
  const { leaf, of } = resolver.leaf(path)
  if (typeof entry === 'string') return { as, codec: leaf.codec, selected: columnOf(leaf, of) }
  const { type, ownForm } = leaf.codec
  if ((type !== 'date' && type !== 'instant') || ownForm === true) throw new ModelerError('REQUEST_INVALID', `Grouped by ${entry.by} of ${JSON.stringify(path)}: ${ownForm === true ? 'its column holds the values in a form of its own' : 'it is neither a date nor an instant'}`)
  return { as, codec: dateCodec, selected: { term: bucketTerm({ ...columnOf(leaf, of), type }, entry, years.get(as) ?? []) } }
}

function refuseTwice(one: BusinessClass, named: readonly { readonly as: string }[]): void {
  const seen = new Set<string>()
  for (const { as } of named) {
    if (seen.has(as)) throw new ModelerError('REQUEST_INVALID', `Aggregated class "${one.name}": two of what is answered are named "${as}", such as a figure and what is grouped by`)
    seen.add(as)
  }
}

/** A column tells the same as its values only where it orders as they do, and holds numbers. */
function refuseMeaningless(one: BusinessClass, { fn, attribute }: Request['figures'][string], leaf: Leaf | undefined): void {
  if (fn === 'count') return
  const refused = (found: string): ModelerError => new ModelerError('REQUEST_INVALID', `Aggregated class "${one.name}" by the ${fn} of ${leaf ? JSON.stringify(attribute) : 'nothing'}: ${found}`)
  if (!leaf) throw refused('expected an attribute')
  const { ordered, type } = leaf.codec
  if ((fn === 'min' || fn === 'max') && !ordered) throw refused('its column holds the values in a form that is ordered otherwise')
  if ((fn === 'sum' || fn === 'avg') && type !== 'decimal' && type !== 'integer') throw refused('it holds no numbers')
}

function orderColumn(one: BusinessClass, by: string, figures: readonly string[], grouped: readonly Grouped[]): { readonly column: string; readonly of?: string } {
  if (figures.includes(by)) return { column: by }
  const found = grouped.find(({ as }) => as === by)
  if (!found) {
    const known = [...figures, ...grouped.map(({ as }) => as)]
    throw new ModelerError('REQUEST_INVALID', `Ordered groups of class "${one.name}" by ${JSON.stringify(by)}: expected one of ${known.join(', ')}${didYouMean(by, known)}`)
  }
  if (!found.codec.ordered) throw new ModelerError('REQUEST_INVALID', `Ordered groups of class "${one.name}" by ${JSON.stringify(by)}: its column holds the values in a form that is ordered otherwise`)
  return 'term' in found.selected ? { column: by } : found.selected
}

function value(one: BusinessClass, row: Row, as: string, codec: Codec | undefined): unknown {
  const found = row[as] ?? null
  if (found === null || codec === undefined) return found
  const read = codec.decode(found)
  if (read !== undefined) return read
  throw new ModelerError('OBJECT_BROKEN', `Aggregated class "${one.name}": "${as}" holds ${JSON.stringify(found)}, expected ${codec.expects}`)
}
