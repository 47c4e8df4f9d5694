import type { Term } from '@caruso/storage/contract'
import type { Bucket } from './contract.ts'
import { ModelerError } from './errors.ts'
import { offsetsOf, type Offset } from './zone-offsets.ts'

/** Each has two offsets a year, and the storage takes some hundred conditions. */
const mostYears = 60

/** Whether the clocks of a zone say on which day an instant is. */
export function isZoned({ zone }: Bucket): boolean {
  return zone !== undefined && zone !== 'UTC'
}

/**
 * The first day of what a date or an instant is in.
 *
 * @param years the years of the instants, where a zone is told
 * @throws ModelerError `REQUEST_INVALID`
 */
export function bucketTerm(column: Term, bucket: Bucket, years: readonly number[]): Term {
  const { attribute, by, zone = 'UTC' } = bucket
  const refused = (found: string): ModelerError => new ModelerError('REQUEST_INVALID', `Grouped by ${by} of ${JSON.stringify(attribute)}: ${found}`)
  if (column.type !== 'instant' && isZoned(bucket)) throw refused('it is a date, which no time zone changes')
  if (years.length > mostYears) throw refused(`its instants are in ${years.length} years, of which at most ${mostYears} can be told apart in a time zone; choose fewer by a condition`)
  const offsets = isZoned(bucket) ? offsetsOf(zone, years) : []
  if (offsets === undefined) throw refused(`there is no time zone ${JSON.stringify(zone)}`)
  const local: Term = offsets.length === 0 ? column : { op: '+', of: [column, offsetTerm(column, offsets)], type: 'instant' }
  const day: Term = column.type === 'instant' ? { op: 'date', of: [local], type: 'date' } : column
  return by === 'day' ? day : { op: `${by}Begin`, of: [day], type: 'date' }
}

/** The offset at an instant, found by halves. */
function offsetTerm(column: Term, offsets: readonly Offset[]): Term {
  const middle = Math.floor(offsets.length / 2)
  const at = offsets[middle]
  if (middle === 0 || at === undefined) return { value: String(offsets[0]?.micros ?? 0n), type: 'duration' }
  const before: Term = { op: '<', of: [column, { value: at.since, type: 'instant' }], type: 'boolean' }
  return { op: 'if', of: [before, offsetTerm(column, offsets.slice(0, middle)), offsetTerm(column, offsets.slice(middle))], type: 'duration' }
}
