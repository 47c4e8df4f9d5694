import { distance } from 'fastest-levenshtein'

/** Nobody means so long a word, and what comes from outside must not cost more. */
const longest = 200

/** ` (did you mean "x"?)` for the end of a message, or nothing where no known name is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known)
  return meant === undefined ? '' : ` (did you mean ${JSON.stringify(meant)}?)`
}

/** The known name that was probably meant by a mistyped word, or undefined when none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > longest) return undefined
  let found: string | undefined
  let least = Math.min(3, Math.max(Math.floor(word.length / 2), Math.min(word.length - 1, 2))) + 1
  for (const name of known) {
    if (Math.abs(name.length - word.length) >= least) continue
    const edits = distance(word.toLowerCase(), name.toLowerCase())
    if (edits < least) [found, least] = [name, edits]
  }
  return found
}
