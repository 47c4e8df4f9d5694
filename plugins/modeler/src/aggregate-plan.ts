import { didYouMean, type InputOf } from '@caruso/contract'
import type { Plan, Row, Term } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { dateCodec, decimalCodec, durationCodec, type Codec } from './codec.ts'
import type { Classes } from './classes.ts'
import { columnOf, type PlanColumn } from './column-of.ts'
import { columnTerm } from './column-term.ts'
import type { Computed } from './computed.ts'
import { conditionOf } from './condition.ts'
import type { Bucket, Objects } from './contract.ts'
import { bucketTerm } from './date-bucket.ts'
import { ModelerError } from './errors.ts'
import { distinctJoins } from './part-table.ts'
import { own, PathResolver } from './path-resolver.ts'
import { presence, rowsOf } from './removed.ts'
import type { BusinessObject } from './row-mapper.ts'

type Request = InputOf<(typeof Objects)['operations']['aggregate']>

/** How a value of an answer is made of what the storage answers. */
type Reading = Pick<Codec, 'decode' | 'expects'>

/** What groups are made by, or a figure is of: a column or a term. */
interface Figured {
  readonly at: PlanColumn | { readonly term: Term }
  readonly reading: Reading
  /** Whether it is ordered as its values are, and whether it holds numbers. */
  readonly ordered: boolean
  readonly numeric: boolean
}

/** What groups are made by, by the name that it has in the answer. */
interface Grouped extends Figured {
  readonly as: string
}

/**
 * The storage's plan of figures, and how its rows become groups: sums and means are decimals as text, counts are numbers.
 *
 * @param years those in which instants lie, by the name of what they are grouped by, where a time zone is told
 */
export function aggregatePlan(one: BusinessClass, request: Request, classes: Classes, years: ReadonlyMap<string, readonly number[]> = new Map()): { readonly plan: Plan; readonly classes: Iterable<BusinessClass>; group(row: Row): BusinessObject } {
  const resolver = new PathResolver(one, classes)
  const grouped = (request.group ?? []).map((entry) => groupedBy(entry, resolver, classes, years))
  const figures = Object.entries(request.figures).map(([as, figure]) => ({ as, figure, found: figure.attribute === undefined ? undefined : figuredAt(figure.attribute, resolver, classes) }))
  for (const { figure, found } of figures) refuseMeaningless(one, figure, found)
  refuseTwice(one, [...grouped, ...figures])
  const rows = rowsOf(one, classes, request.removed)
  const conditions = [...presence(one, own, request.removed), ...(request.where === undefined ? [] : [conditionOf(request.where, resolver, classes)]), ...(rows ? [{ term: rows.term }] : [])]
  const joins = distinctJoins([...(rows?.joins ?? []), ...resolver.joins])
  const plan: Plan = {
    source: one.source,
    from: one.table,
    as: own,
    columns: grouped.map(({ at, as }) => ({ ...at, as })),
    group: grouped.map(({ at, as }) => ('term' in at ? { computed: as } : at)),
    aggregates: figures.map(({ as, figure: { fn, distinct }, found }) => ({ fn, as, ...found?.at, ...(distinct === undefined ? {} : { distinct }) })),
    ...(joins.length > 0 ? { joins: [...joins] } : {}),
    ...(conditions.length > 0 ? { where: { and: conditions } } : {}),
    ...(request.limit === undefined ? {} : { limit: request.limit }),
    order: (request.order ?? []).map(({ by, desc = false }) => ({ ...orderColumn(one, by, Object.keys(request.figures), grouped), desc })),
  }
  const outputs = [...grouped, ...figures.map(({ as, figure: { fn }, found }) => ({ as, reading: fn === 'count' ? undefined : fn === 'min' || fn === 'max' ? found?.reading : decimalCodec }))]
  return { plan, classes: [one, ...resolver.classes, ...(rows?.classes ?? [])], group: (row) => Object.fromEntries(outputs.map(({ as, reading }) => [as, value(one, row, as, reading)])) }
}

/** The name in the answer of what is grouped by. */
export function nameOf(entry: string | Bucket): string {
  return typeof entry === 'string' ? entry : (entry.as ?? entry.attribute)
}

function groupedBy(entry: string | Bucket, resolver: PathResolver, classes: Classes, years: ReadonlyMap<string, readonly number[]>): Grouped {
  const as = nameOf(entry)
  if (typeof entry === 'string') return { as, ...figuredAt(entry, resolver, classes) }
  return { as, at: { term: bucketTerm(momentAt(entry, resolver, classes), entry, years.get(as) ?? []) }, reading: dateCodec, ordered: true, numeric: false }
}

/** What is at the end of a path; the formula where it is computed. */
function figuredAt(path: string, resolver: PathResolver, classes: Classes): Figured {
  const computed = resolver.computed(path.split('.'))
  if (computed) return { at: { term: termAt(path, computed, resolver, classes) }, reading: readings[computed.type] ?? asItIs, ordered: true, numeric: computed.type === 'number' || computed.type === 'duration' }
  const { leaf, of } = resolver.leaf(path)
  const { ordered, type } = leaf.codec
  return { at: columnOf(leaf, of), reading: leaf.codec, ordered, numeric: type === 'decimal' || type === 'integer' }
}

function momentAt({ attribute: path, by }: Bucket, resolver: PathResolver, classes: Classes): Term {
  const refused = (found: string): ModelerError => new ModelerError('REQUEST_INVALID', `Grouped by ${by} of ${JSON.stringify(path)}: ${found}`)
  const neither = 'it is neither a date nor an instant'
  const computed = resolver.computed(path.split('.'))
  if (computed) {
    if (computed.type !== 'date' && computed.type !== 'instant') throw refused(neither)
    return termAt(path, computed, resolver, classes)
  }
  const { leaf, of } = resolver.leaf(path)
  const { type, ownForm } = leaf.codec
  if (ownForm === true) throw refused('its column holds the values in a form of its own')
  if (type !== 'date' && type !== 'instant') throw refused(neither)
  return { ...columnOf(leaf, of), type }
}

function termAt(path: string, { type }: Computed, resolver: PathResolver, classes: Classes): Term {
  const [first = '', ...rest] = path.split('.')
  return columnTerm({ path: [first, ...rest], type }, resolver, classes)
}

const asItIs: Reading = { expects: 'a value', decode: (stored) => stored }
const readings: { readonly [Type in Computed['type']]?: Reading } = { number: decimalCodec, duration: durationCodec }

function refuseTwice(one: BusinessClass, named: readonly { readonly as: string }[]): void {
  const seen = new Set<string>()
  for (const { as } of named) {
    if (seen.has(as)) throw new ModelerError('REQUEST_INVALID', `Aggregated class "${one.name}": two of what is answered are named "${as}", such as a figure and what is grouped by`)
    seen.add(as)
  }
}

/** A column tells the same as its values only where it orders as they do, and holds numbers. */
function refuseMeaningless(one: BusinessClass, { fn, attribute }: Request['figures'][string], figured: Figured | undefined): void {
  if (fn === 'count') return
  const refused = (found: string): ModelerError => new ModelerError('REQUEST_INVALID', `Aggregated class "${one.name}" by the ${fn} of ${figured ? JSON.stringify(attribute) : 'nothing'}: ${found}`)
  if (!figured) throw refused('expected an attribute')
  const { ordered, numeric } = figured
  if ((fn === 'min' || fn === 'max') && !ordered) throw refused('its column holds the values in a form that is ordered otherwise')
  if ((fn === 'sum' || fn === 'avg') && !numeric) throw refused('it holds no numbers')
}

function orderColumn(one: BusinessClass, by: string, figures: readonly string[], grouped: readonly Grouped[]): { readonly column: string; readonly of?: string } {
  if (figures.includes(by)) return { column: by }
  const found = grouped.find(({ as }) => as === by)
  if (!found) {
    const known = [...figures, ...grouped.map(({ as }) => as)]
    throw new ModelerError('REQUEST_INVALID', `Ordered groups of class "${one.name}" by ${JSON.stringify(by)}: expected one of ${known.join(', ')}${didYouMean(by, known)}`)
  }
  if (!found.ordered) throw new ModelerError('REQUEST_INVALID', `Ordered groups of class "${one.name}" by ${JSON.stringify(by)}: its column holds the values in a form that is ordered otherwise`)
  return 'term' in found.at ? { column: by } : found.at
}

function value(one: BusinessClass, row: Row, as: string, reading: Reading | undefined): unknown {
  const found = row[as] ?? null
  if (found === null || reading === undefined) return found
  const read = reading.decode(found)
  if (read !== undefined) return read
  throw new ModelerError('OBJECT_BROKEN', `Aggregated class "${one.name}": "${as}" holds ${JSON.stringify(found)}, expected ${reading.expects}`)
}
