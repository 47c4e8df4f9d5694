import { distance } from 'fastest-levenshtein'

/** The candidate that was probably meant by a mistyped word, or undefined when none is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let least = Math.min(3, Math.max(1, Math.floor(word.length / 2))) + 1
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase())
    if (edits < least) [nearest, least] = [candidate, edits]
  }
  return nearest
}

/** ` (did you mean "x"?)` for the end of a message, or nothing. */
export function hint(word: string, candidates: Iterable<string>): string {
  const meant = didYouMean(word, candidates)
  return meant === undefined ? '' : ` (did you mean ${JSON.stringify(meant)}?)`
}
