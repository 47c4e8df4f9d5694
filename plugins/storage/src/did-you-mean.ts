/** ` (did you mean "x"?)` for the closest of the known names, or nothing when none is close. */
export function didYouMean(wanted: string, known: Iterable<string>): string {
  let closest: string | undefined
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const name of known) {
    if (Math.abs(name.length - wanted.length) >= least) continue
    const found = distance(wanted.toLowerCase(), name.toLowerCase())
    if (found < least) [closest, least] = [name, found]
  }
  return closest === undefined ? '' : ` (did you mean ${JSON.stringify(closest)}?)`
}

/** Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const change = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
