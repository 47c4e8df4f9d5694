/** What a search takes for a word: a run of letters and digits without case and accents, of which so many count. */
export const longestWord = 64

type Ranges = readonly (readonly [first: number, last: number])[]

/**
 * What stands between words: blanks, punctuation and symbols, by block. Listed, and not asked of the engine: databases
 * know other versions of Unicode, and an index is read by versions of Node to come.
 */
export const separators: Ranges = [
  [0x1, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0xa9], [0xab, 0xac], [0xae, 0xb1], [0xb4, 0xb4], [0xb6, 0xb8], [0xbb, 0xbf], [0xd7, 0xd7], [0xf7, 0xf7],
  [0x2c2, 0x2c5], [0x2d2, 0x2df], [0x37e, 0x37e], [0x387, 0x387], [0x3f6, 0x3f6], [0x482, 0x482], [0x55a, 0x55f], [0x589, 0x58f], [0x5be, 0x5be], [0x5c0, 0x5c0], [0x5c3, 0x5c3], [0x5c6, 0x5c6], [0x5f3, 0x5f4],
  [0x600, 0x60f], [0x61b, 0x61b], [0x61d, 0x61f], [0x66a, 0x66d], [0x6d4, 0x6d4], [0x6dd, 0x6de], [0x6e9, 0x6e9], [0x700, 0x70d], [0x964, 0x965], [0x970, 0x970], [0xe3f, 0xe3f], [0xe4f, 0xe4f], [0xe5a, 0xe5b], [0x104a, 0x104f], [0x10fb, 0x10fb],
  [0x1360, 0x1368], [0x1680, 0x1680], [0x2000, 0x200b], [0x2010, 0x2029], [0x202f, 0x205f], [0x207a, 0x207e], [0x208a, 0x208e], [0x20a0, 0x20cf], [0x2116, 0x2118], [0x2120, 0x2122], [0x2190, 0x245f], [0x2500, 0x2bff], [0x2e00, 0x2e7f],
  [0x3000, 0x3003], [0x3008, 0x3020], [0x3030, 0x3030], [0x303d, 0x303d], [0x30fb, 0x30fb], [0xfd3e, 0xfd3f], [0xfe10, 0xfe19], [0xfe30, 0xfe6f], [0xff01, 0xff0f], [0xff1a, 0xff20], [0xff3b, 0xff40], [0xff5b, 0xff65], [0xffe0, 0xffee], [0xfff9, 0xfffd], [0x1f000, 0x1faff],
]

/** What is passed over within words: accents and vowel signs, the Arabic stroke that stretches words, marks that cannot be seen. */
export const ignored: Ranges = [
  [0xad, 0xad], [0x300, 0x36f], [0x483, 0x489], [0x591, 0x5bd], [0x5bf, 0x5bf], [0x5c1, 0x5c2], [0x5c4, 0x5c5], [0x5c7, 0x5c7], [0x610, 0x61a], [0x61c, 0x61c], [0x640, 0x640], [0x64b, 0x65f], [0x670, 0x670], [0x6d6, 0x6dc], [0x6df, 0x6e4], [0x6e7, 0x6e8], [0x6ea, 0x6ed],
  [0x8d3, 0x8e1], [0x8e3, 0x8ff], [0x1ab0, 0x1aff], [0x1dc0, 0x1dff], [0x200c, 0x200f], [0x202a, 0x202e], [0x2060, 0x206f], [0x20d0, 0x20ff], [0xfe00, 0xfe0f], [0xfe20, 0xfe2f], [0xfeff, 0xfeff],
]

/** Where the letters of Europe and of Arabic are that are the same as others; whatever is beyond is itself. */
const foldable: Ranges = [[0x41, 0x587], [0x621, 0x6ff], [0x1e00, 0x1fff], [0x2070, 0x218f], [0xfb50, 0xfdff], [0xfe70, 0xfefc], [0xff10, 0xff5a]]

/** What no decomposition of Unicode tells: letters with a stroke, two letters in one, forms of Arabic and Persian letters, digits. */
const ownFolds: Readonly<Record<string, string>> = {
  ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ı: 'i', ł: 'l', ŧ: 't', ς: 'σ', æ: 'ae', œ: 'oe', ß: 'ss', þ: 'th', ﻻ: 'لا', ﻼ: 'لا', ﻵ: 'لا', ﻶ: 'لا', ﻷ: 'لا', ﻸ: 'لا', ﻹ: 'لا', ﻺ: 'لا',
  ٱ: 'ا', ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه', ھ: 'ه', ہ: 'ه',
}
const digitsFrom = [0x660, 0x6f0]

const isWord = 0
const isSeparator = 1
const isIgnored = 2

/**
 * The words of a text, each once, in the order in which they come. Both what is looked for and where it is looked for
 * are made of them, here and nowhere else.
 */
export function wordsOf(text: string): string[] {
  const words = new Set<string>()
  let [word, length] = ['', 0]
  const end = (): void => {
    if (length > 0) words.add(length > longestWord ? Array.from(word).slice(0, longestWord).join('') : word)
    ;[word, length] = ['', 0]
  }
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const kind = code < kinds.length ? kinds[code] : isWithin(separators, code) ? isSeparator : isWord
    if (kind === isIgnored) continue
    if (kind === isSeparator) {
      end()
      continue
    }
    const fold = folds.get(character) ?? character
    word += fold
    length += fold.length
  }
  end()
  return [...words]
}

/** The characters that are the same as a letter, or as two, without case and accents. */
export function variantsOf(fold: string): readonly string[] {
  return back.get(fold) ?? []
}

/** Characters that are the same as two letters of which the first is this. */
export function pairsBeginningWith(letter: string): readonly string[] {
  return pairs.filter(([fold]) => fold.startsWith(letter)).flatMap(([, characters]) => characters)
}

const kinds = kindsOfCharacters()
const { folds, back } = foldsOfCharacters()
const pairs = [...back].filter(([fold]) => fold.length > 1)

/** Of the characters that are written in two bytes at most: whether they are of a word, end one, or are passed over. */
function kindsOfCharacters(): Uint8Array {
  const found = new Uint8Array(0x10000)
  for (const [first, last] of separators) found.fill(isSeparator, first, last + 1)
  for (const [first, last] of ignored) found.fill(isIgnored, first, last + 1)
  // Halves of characters, which no database keeps, and what ends texts elsewhere.
  found.fill(isSeparator, 0xd800, 0xe000)
  found[0] = isSeparator
  return found
}

function foldsOfCharacters(): { readonly folds: ReadonlyMap<string, string>; readonly back: ReadonlyMap<string, readonly string[]> } {
  const known = new Map<string, string>()
  const from = new Map<string, string[]>()
  for (const [first, last] of foldable) {
    for (let code = first; code <= last; code++) {
      const character = String.fromCodePoint(code)
      const fold = kinds[code] === isWord ? foldOf(character) : character
      if (fold === character) continue
      known.set(character, fold)
      from.set(fold, [...(from.get(fold) ?? []), character])
    }
  }
  return { folds: known, back: from }
}

function foldOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  for (const zero of digitsFrom) if (code >= zero && code < zero + 10) return String(code - zero)
  const bare = Array.from(character.normalize('NFKD')).filter((part) => kinds[part.codePointAt(0) ?? 0] !== isIgnored)
  const [only] = bare
  const lower = (bare.length === 1 && only !== undefined && kinds[only.codePointAt(0) ?? 0] === isWord ? only : character).toLowerCase()
  return ownFolds[character] ?? ownFolds[lower] ?? (Array.from(lower).length === 1 ? lower : character)
}

function isWithin(ranges: Ranges, code: number): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last)
}
