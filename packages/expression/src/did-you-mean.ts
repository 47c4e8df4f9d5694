import { distance } from 'fastest-levenshtein'

/** As `@caruso/contract` has it, which a browser that computes expressions does not load: ` (did you mean "x"?)` for the nearest of the known names, or nothing where none is near. */
export function didYouMean(wanted: string, known: Iterable<string>): string {
  let nearest: string | undefined
  let least = Math.min(3, Math.max(Math.floor(wanted.length / 2), Math.min(wanted.length - 1, 2))) + 1
  for (const name of known) {
    if (Math.abs(name.length - wanted.length) >= least) continue
    const edits = distance(wanted.toLowerCase(), name.toLowerCase())
    if (edits < least) [nearest, least] = [name, edits]
  }
  return nearest === undefined ? '' : ` (did you mean ${JSON.stringify(nearest)}?)`
}
