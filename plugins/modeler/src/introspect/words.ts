/** Letters that are written as two where there are only those of English. */
const spelled: Readonly<Record<string, string>> = { æ: 'ae', ø: 'oe', å: 'aa', ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', þ: 'th', ð: 'd', ł: 'l', đ: 'd', œ: 'oe' }

/** Words that the language of expressions knows otherwise, so no attribute may be called so. */
const reserved: ReadonlySet<string> = new Set(['as', 'break', 'const', 'continue', 'else', 'false', 'for', 'function', 'if', 'import', 'in', 'let', 'loop', 'namespace', 'null', 'package', 'return', 'true', 'var', 'void', 'while'])

const longest = 60

/** The words of a name of a database, in small English letters: `OrderID` is order and id, `KUNDEN_ÅR` kunden and aar. */
export function wordsOf(name: string): string[] {
  const composed = name.normalize('NFC')
  const upper = composed === composed.toUpperCase()
  const parts = upper ? composed : composed.replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, '$1 ').replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ')
  const english = parts.toLowerCase().replace(/[^\p{ASCII}]/gu, (letter) => spelled[letter] ?? letter.normalize('NFD').replaceAll(/\P{ASCII}/gu, ''))
  const words = english.split(/[^a-z0-9]+/).filter((word) => word !== '')
  return words.flatMap((word, index) => (word === 'e' && isMail(words[index + 1]) ? [] : words[index - 1] === 'e' && isMail(word) ? [`e${word}`] : [word]))
}

function isMail(word: string | undefined): boolean {
  return word === 'mail' || word === 'post'
}

/** `orderDetail`; undefined for no words. A word of the language of expressions, and what begins with a digit, gets one more. */
export function attributeName(words: readonly string[]): string | undefined {
  const [first, ...rest] = words
  if (first === undefined) return undefined
  const name = (first + rest.map(capital).join('')).slice(0, longest)
  return /^\d/.test(name) ? `n${name}` : reserved.has(name) ? `${name}Value` : name
}

/** `OrderDetail`; undefined for no words. */
export function className(words: readonly string[]): string | undefined {
  const name = words.map(capital).join('').slice(0, longest)
  return name === '' ? undefined : /^\d/.test(name) ? `N${name}` : name
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** A name that is not taken yet: the first of these, else the last with a number. */
export function freeName(wanted: readonly (string | undefined)[], taken: { has(name: string): boolean }): string {
  const names = wanted.filter((name) => name !== undefined)
  const free = names.find((name) => !taken.has(name))
  if (free !== undefined) return free
  const last = names.at(-1) ?? 'n'
  for (let number = 2; ; number++) if (!taken.has(`${last}${number}`)) return `${last}${number}`
}
