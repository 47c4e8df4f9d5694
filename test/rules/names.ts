import { parseSync } from 'oxc-parser'
import type { Source } from './workspace.ts'

const vague: ReadonlySet<string> = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'types', 'misc', 'shared'])
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/
const codeFolders = /^(packages|plugins|examples|test|scripts)\//

/** Files and folders of code whose name says nothing, or is not written in kebab-case. */
export function badNames(paths: readonly string[]): string[] {
  return paths.filter((path) => codeFolders.test(path)).flatMap((path) => {
    const parts = path.split('/').map((part) => part.split('.').find((word) => word !== '') ?? '')
    const empty = parts.filter((part) => vague.has(part)).map((part) => `${path}: "${part}" says nothing about what is in it`)
    const code = /\.(ts|tsx|mts|js|css)$/.test(path)
    return [...empty, ...(code ? parts : []).filter((part) => !kebab.test(part)).map((part) => `${path}: "${part}" is not kebab-case`)]
  })
}

/** Whether one of a file's exports carries the file's name, or the file is an entry that gathers what others export. */
export function namedAfterExport({ path, text }: Source): boolean {
  const stem = path.split('/').at(-1)?.split('.')[0] ?? ''
  const names = parseSync(path, text).module.staticExports.flatMap(({ entries }) => entries.map(({ exportName }) => (exportName.kind === 'Default' ? stem : toKebab(exportName.name ?? ''))))
  return names.length === 0 || ['index', 'errors', 'contract'].includes(stem) || names.some((name) => shareWord(name, stem))
}

function toKebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replaceAll('_', '-').toLowerCase()
}

/** Loosely, so that `subjects.ts` may export `subjectOf`: the first letters of one word of each agree. */
function shareWord(a: string, b: string): boolean {
  const begin = (word: string): string => word.slice(0, 4)
  const begins = b.split('-').map(begin)
  return a.split('-').some((word) => begins.includes(begin(word)))
}
