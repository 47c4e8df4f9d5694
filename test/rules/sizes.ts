import { parseSync, Visitor } from 'oxc-parser'
import type { Node } from 'oxc-parser'
import type { Package, Source } from './workspace.ts'

/** Lines: up to the aim nobody minds, past the limit nobody merges. */
export const sizes = { framework: 11_750, kernel: 1500, file: { aim: 300, limit: 500 }, function: { aim: 35, limit: 60 } } as const

export interface Sized {
  readonly place: string
  readonly lines: number
}

export function linesOf(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

/** The lines of code of what each package ships: comments and blank lines are free, or the budget would be paid by explaining less. */
export function packageSizes(packages: readonly Package[]): Sized[] {
  return packages.map(({ folder, sources }) => ({ place: folder, lines: sources.filter(({ shipped }) => shipped).reduce((sum, { text }) => sum + codeLinesOf(text), 0) }))
}

/** Lines that are neither blank nor within a comment that stands on lines of its own. */
export function codeLinesOf(text: string): number {
  return text.split('\n').filter((line) => !/^\s*($|\/\/|\/\*|\*)/.test(line)).length
}

export function fileSizes(sources: readonly Source[]): Sized[] {
  return sources.map(({ path, text }) => ({ place: path, lines: linesOf(text) }))
}

/** Every function, method and arrow with a body, from its first line to its last. */
export function functionSizes({ path, text }: Source): Sized[] {
  const found: Sized[] = []
  const lineAt = (offset: number): number => linesOf(text.slice(0, offset) + ' ')
  const measure = (node: Node): void => {
    const [first, last] = [lineAt(node.start), lineAt(node.end)]
    found.push({ place: `${path}:${first}`, lines: last - first + 1 })
  }
  new Visitor({ FunctionDeclaration: measure, FunctionExpression: measure, ArrowFunctionExpression: measure }).visit(parseSync(path, text).program)
  return found
}

export function above(limit: number, sized: readonly Sized[]): string[] {
  return sized.filter(({ lines }) => lines > limit).toSorted((a, b) => b.lines - a.lines).map(({ place, lines }) => `${place} has ${lines} lines, more than ${limit}`)
}
