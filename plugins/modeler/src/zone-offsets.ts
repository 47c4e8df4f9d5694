import { offsetIn } from '@caruso/expression'

/** How far the clocks of a zone are ahead of UTC since an instant, in microseconds. */
export interface Offset {
  readonly since: string
  readonly micros: bigint
}

const day = 86_400_000
/** No zone has moved its clocks there and back within a week. */
const step = 7 * day

/** The offsets of a zone in some years of UTC, in their order; undefined for a zone that is unknown. */
export function offsetsOf(zone: string, years: readonly number[]): Offset[] | undefined {
  if (offsetAt(zone, 0) === null) return undefined
  const offsets: Offset[] = []
  for (const at of years.toSorted((a, b) => a - b).flatMap((year) => changesIn(zone, beginOf(year), beginOf(year + 1)))) {
    const micros = offsetAt(zone, at) ?? 0n
    if (offsets.at(-1)?.micros !== micros) offsets.push({ since: new Date(at).toISOString(), micros })
  }
  return offsets
}

/** The milliseconds from which on an offset holds, the begin among them. */
function changesIn(zone: string, begin: number, end: number): number[] {
  const changes = [begin]
  for (let at = begin; at < end; at += step) changes.push(...changeIn(zone, at, Math.min(at + step, end - 1)))
  return changes
}

/** The millisecond in which the offset is first another than at the begin; none where it is the same at the end. */
function changeIn(zone: string, begin: number, end: number): number[] {
  const before = offsetAt(zone, begin)
  if (offsetAt(zone, end) === before) return []
  let [same, other] = [begin, end]
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2)
    if (offsetAt(zone, middle) === before) same = middle
    else other = middle
  }
  return [other]
}

/** JavaScript takes years below 100 for those of the last century. */
function beginOf(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1)
}

function offsetAt(zone: string, milliseconds: number): bigint | null {
  return offsetIn(zone, BigInt(milliseconds) * 1000n)
}
