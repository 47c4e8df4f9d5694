import { ignored, pairsBeginningWith, separators, variantsOf } from './words.ts'

const separator = `[${separators.map(rangeOf).join('')}]`
const marks = `[${ignored.map(rangeOf).join('')}]*`

/**
 * A regular expression for texts that have a word which begins with a word of `wordsOf`, or is it: every letter stands
 * for all that are the same without case and accents. Only what JavaScript, PostgreSQL, MariaDB and MySQL read alike
 * is in it, so that a text is found by all of them or by none, whatever locale and collation it has.
 */
export function wordPattern(word: string, whole: boolean): string {
  const runs = runsOf(Array.from(shortened(word)))
  const body = runs.map((run, index) => runPattern(run, index === runs.length - 1 && !whole)).join(marks)
  return `(?:^|${separator})${marks}${body}${whole ? `${marks}(?:$|${separator})` : ''}`
}

// Of a run of letters whose pairs are one character each, every way to write it is spelt out.
const longestRun = 4

function shortened(word: string): string {
  const run = /(.)\1{4,}/u.exec(word)
  return run === null || variantsOf(`${run[1]}${run[1]}`).length === 0 ? word : word.slice(0, run.index + longestRun)
}

/** The letters of a word, those together of which two beside each other may be one character. */
function runsOf(letters: readonly string[]): string[][] {
  const runs: string[][] = []
  for (const letter of letters) {
    const run = runs.at(-1)
    if (run !== undefined && variantsOf(`${run.at(-1)}${letter}`).length > 0) run.push(letter)
    else runs.push([letter])
  }
  return runs
}

/** @param open the word may go on, so that its last letter may be half a character */
function runPattern([letter = '', next, ...rest]: readonly string[], open: boolean): string {
  const last = next === undefined
  const one = classOf([letter, ...variantsOf(letter), ...(last && open ? pairsBeginningWith(letter) : [])])
  if (last) return one
  const pair = classOf(variantsOf(letter + next))
  return `(?:${one}${marks}${runPattern([next, ...rest], open)}|${pair}${rest.length === 0 ? '' : `${marks}${runPattern(rest, open)}`})`
}

function rangeOf([first, last]: readonly [number, number]): string {
  return first === last ? literal(String.fromCodePoint(first)) : `${literal(String.fromCodePoint(first))}-${literal(String.fromCodePoint(last))}`
}

function classOf(characters: readonly string[]): string {
  return characters.length === 1 ? characters.map(literal).join('') : `[${characters.map(literal).join('')}]`
}

function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character
}
