import type { Files } from './files.ts'

// Put together here, so that the rules do not find themselves.
const machineFolders = ['work', 'root', 'home'].join('|')
const promises = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')
const patterns: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: new RegExp(`(?<![\\w.~@})*-])/(${machineFolders})/`), what: 'a path of one machine' },
  { pattern: new RegExp(`\\b(${promises})\\b`), what: 'a promise' },
]

/** Lines that only mean something on one machine, or promise what is not there. */
export function leftovers(files: Files): string[] {
  return [...files].flatMap(([path, text]) =>
    patterns.flatMap(({ pattern, what }) => text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} has ${what}: "${line.trim().slice(0, 80)}"`] : []))),
  )
}
