import type { Attributes } from '@caruso/expression'
import { compileText } from './compile/compile.ts'
import type { Library } from './library.ts'

interface PlacedProblem {
  readonly rule: string
  readonly level: 'error' | 'warning'
  readonly line: number
  readonly column: number
  readonly message: string
}

/** What is wrong with the text of a script, beside those that a library has. */
export function problemsIn(text: string, { editions, actions }: Library, classes: Readonly<Record<string, Attributes>>): PlacedProblem[] {
  const scripts = new Map([...editions].map(([id, { script }]) => [id, script]))
  return compileText(text, { classes, actions, scripts }).problems.map(({ rule, level, place, message }) => ({ rule, level, ...place, message }))
}
