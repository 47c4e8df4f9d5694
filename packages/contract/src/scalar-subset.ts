import { schemaBreak } from './schema-break.ts'
import { span } from './schema-description.ts'
import type { SchemaBreak } from './schema-break.ts'
import type { Bound, Shape } from './schema-shape.ts'

/** Which numbers and texts may be given that are not wanted. */
export function scalarBreaks(given: Shape, wanted: Shape): SchemaBreak[] {
  return [...(given.types.has('number') ? numberBreaks(given, wanted) : []), ...(given.types.has('string') ? textBreaks(given, wanted) : [])]
}

function numberBreaks(given: Shape, wanted: Shape): SchemaBreak[] {
  const [least, most] = given.integer ? [whole(given.minimum, 1), whole(given.maximum, -1)] : [given.minimum, given.maximum]
  const above = least.value > wanted.minimum.value || (least.value === wanted.minimum.value && (least.exclusive || !wanted.minimum.exclusive))
  const under = most.value < wanted.maximum.value || (most.value === wanted.maximum.value && (most.exclusive || !wanted.maximum.exclusive))
  const foreign = wanted.multiples.filter((wish) => !given.multiples.some((one) => one === wish || isWholeMultiple(one, wish)) && !(given.integer && wish === 1))
  return [
    ...(above && under ? [] : [schemaBreak('RANGE', range(given), range(wanted))]),
    ...foreign.map((wish) => schemaBreak('MULTIPLE', given.multiples.length > 0 ? `multiples of ${given.multiples.join(' and ')}` : 'any number', `multiples of ${wish}`)),
  ]
}

/** The bound that the nearest whole number inside makes. */
function whole({ value, exclusive }: Bound, inward: 1 | -1): Bound {
  if (!Number.isFinite(value)) return { value, exclusive }
  const nearest = inward === 1 ? Math.ceil(value) : Math.floor(value)
  return { value: exclusive && nearest === value ? nearest + inward : nearest, exclusive: false }
}

function isWholeMultiple(one: number, of: number): boolean {
  return Number.isInteger(one) && Number.isInteger(of) && one % of === 0
}

function textBreaks(given: Shape, wanted: Shape): SchemaBreak[] {
  const fits = given.length.min >= wanted.length.min && given.length.max <= wanted.length.max
  return [
    ...(fits ? [] : [schemaBreak('LENGTH', `text of ${span(given.length.min, given.length.max)} characters`, `text of ${span(wanted.length.min, wanted.length.max)} characters`)]),
    ...[...wanted.patterns].filter((pattern) => !given.patterns.has(pattern)).map((pattern) => schemaBreak('PATTERN', form('matching', given.patterns), `text matching ${pattern}`)),
    ...[...wanted.formats].filter((format) => !given.formats.has(format)).map((format) => schemaBreak('FORMAT', form('in the format', given.formats), `text in the format ${format}`)),
  ]
}

function form(how: string, which: ReadonlySet<string>): string {
  return which.size === 0 ? 'any text' : `text ${how} ${[...which].join(' and ')}`
}

function range({ minimum, maximum }: Shape): string {
  const from = minimum.value === -Infinity ? [] : [`${minimum.exclusive ? 'above' : 'from'} ${minimum.value}`]
  const to = maximum.value === Infinity ? [] : [`${maximum.exclusive ? 'below' : 'up to'} ${maximum.value}`]
  return from.length + to.length === 0 ? 'any number' : `numbers ${[...from, ...to].join(' ')}`
}
