/** The candidate that takes the fewest edits to reach, or undefined where none is near. */
export function nearest(wanted: string, candidates: Iterable<string>): string | undefined {
  if (wanted.length > longestCompared) return undefined
  let best: string | undefined
  let fewest = Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= fewest) continue
    const edits = distance(wanted, candidate)
    if (edits < fewest) [best, fewest] = [candidate, edits]
  }
  return best
}

const longestCompared = 200

/** The number of characters to insert, remove or replace (Levenshtein), in one row of memory. */
function distance(from: string, to: string): number {
  const row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    let diagonal = i - 1
    row[0] = i
    for (let j = 1; j <= to.length; j++) {
      const above = row[j] ?? 0
      row[j] = Math.min(above + 1, (row[j - 1] ?? 0) + 1, diagonal + (from[i - 1] === to[j - 1] ? 0 : 1))
      diagonal = above
    }
  }
  return row[to.length] ?? 0
}
