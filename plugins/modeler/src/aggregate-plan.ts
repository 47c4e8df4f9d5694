import { didYouMean, type InputOf } from '@caruso/contract'
import type { Plan, Row } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { decimalCodec } from './codec.ts'
import type { Classes } from './classes.ts'
import { columnOf } from './column-of.ts'
import { conditionOf } from './condition.ts'
import type { Objects } from './contract.ts'
import { ModelerError } from './errors.ts'
import { own, PathResolver } from './path-resolver.ts'
import type { BusinessObject } from './row-mapper.ts'
import type { Leaf } from './stored.ts'

type Request = InputOf<(typeof Objects)['operations']['aggregate']>

/** The storage's plan of figures, and how its rows become groups: sums and means are decimals as text, counts are numbers. */
export function aggregatePlan(one: BusinessClass, request: Request, classes: Classes): { readonly plan: Plan; readonly classes: Iterable<BusinessClass>; group(row: Row): BusinessObject } {
  const resolver = new PathResolver(one, classes)
  const paths = request.group ?? []
  const grouped = paths.map((path) => resolver.leaf(path))
  const figures = Object.entries(request.figures).map(([as, figure]) => ({ as, figure, found: figure.attribute === undefined ? undefined : resolver.leaf(figure.attribute) }))
  for (const { figure, found } of figures) refuseMeaningless(one, figure, found?.leaf)
  for (const { as } of figures) if (paths.includes(as)) throw new ModelerError('REQUEST_INVALID', `Aggregated class "${one.name}": "${as}" is both a figure and what is grouped by`)
  const where = request.where === undefined ? undefined : conditionOf(request.where, resolver, classes)
  const plan: Plan = {
    source: one.source,
    from: one.table,
    as: own,
    columns: grouped.map(({ leaf, of }, index) => ({ ...columnOf(leaf, of), as: paths[index] ?? leaf.path })),
    group: grouped.map(({ leaf, of }) => columnOf(leaf, of)),
    aggregates: figures.map(({ as, figure: { fn, distinct }, found }) => ({ fn, as, ...(found ? columnOf(found.leaf, found.of) : {}), ...(distinct === undefined ? {} : { distinct }) })),
    ...(resolver.joins.length > 0 ? { joins: resolver.joins } : {}),
    ...(where === undefined ? {} : { where }),
    ...(request.limit === undefined ? {} : { limit: request.limit }),
    order: (request.order ?? []).map(({ by, desc = false }) => ({ ...orderColumn(one, request, by, resolver), desc })),
  }
  const outputs = [...grouped.map(({ leaf }, index) => ({ as: paths[index] ?? leaf.path, leaf: leaf as Leaf | undefined })), ...figures.map(({ as, figure: { fn }, found }) => ({ as, leaf: fn === 'min' || fn === 'max' ? found?.leaf : undefined }))]
  return { plan, classes: [one, ...resolver.classes], group: (row) => Object.fromEntries(outputs.map(({ as, leaf }) => [as, value(one, row, as, leaf, request)])) }
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

function orderColumn(one: BusinessClass, request: Request, by: string, resolver: PathResolver): { readonly column: string; readonly of?: string } {
  if (Object.hasOwn(request.figures, by)) return { column: by }
  if (request.group?.includes(by)) {
    const { leaf, of } = resolver.leaf(by)
    if (!leaf.codec.ordered) throw new ModelerError('REQUEST_INVALID', `Ordered groups of class "${one.name}" by ${JSON.stringify(by)}: its column holds the values in a form that is ordered otherwise`)
    return columnOf(leaf, of)
  }
  const known = [...Object.keys(request.figures), ...(request.group ?? [])]
  throw new ModelerError('REQUEST_INVALID', `Ordered groups of class "${one.name}" by ${JSON.stringify(by)}: expected one of ${known.join(', ')}${didYouMean(by, known)}`)
}

function value(one: BusinessClass, row: Row, as: string, leaf: Leaf | undefined, { figures }: Request): unknown {
  const found = row[as] ?? null
  if (found === null || figures[as]?.fn === 'count') return found
  const read = (leaf?.codec ?? decimalCodec).decode(found)
  if (read !== undefined) return read
  throw new ModelerError('OBJECT_BROKEN', `Aggregated class "${one.name}": "${as}" holds ${JSON.stringify(found)}, expected ${(leaf?.codec ?? decimalCodec).expects}`)
}
