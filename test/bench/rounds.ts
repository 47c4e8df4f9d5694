/** What was measured, by name, a value per round. */
export type Results = ReadonlyMap<string, readonly number[]>

interface Rounds<Lane> {
  readonly rounds: number
  progress(words: string): void
  /** What one lane gives in a round, by name; rounds that only warm up are negative. */
  measure(lane: Lane, round: number): Promise<readonly (readonly [name: string, value: number])[]>
}

/** Warms up twice, then measures one lane after the other, every second round backwards, so that what drifts hits all alike. */
export async function interleaved<Lane>(lanes: readonly Lane[], { rounds, progress, measure }: Rounds<Lane>): Promise<Results> {
  const results = new Map<string, number[]>()
  for (const warming of [-2, -1]) for (const lane of lanes) await measure(lane, warming)
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}`)
    for (const lane of round % 2 === 0 ? lanes : lanes.toReversed()) {
      for (const [name, value] of await measure(lane, round)) results.set(name, [...(results.get(name) ?? []), value])
    }
  }
  return results
}
