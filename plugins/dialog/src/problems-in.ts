import { checkScript } from './check/check-script.ts'
import type { ClassNames } from './class-names.ts'
import { compileScript } from './compile/compile.ts'
import type { Library } from './library.ts'
import type { Problem } from './problem.ts'
import { readScript } from './read-script.ts'
import type { Surroundings } from './surroundings.ts'

interface PlacedProblem {
  readonly rule: string
  readonly level: 'error' | 'warning'
  readonly line: number
  readonly column: number
  readonly message: string
}

/** What is wrong with the text of a script, beside those that a library has. */
export function problemsIn(text: string, { editions, actions }: Library, { classes, choices }: ClassNames): PlacedProblem[] {
  const scripts = new Map([...editions].map(([id, { script }]) => [id, script]))
  return found(text, { classes, choices, actions, scripts }).map(({ rule, level, place, message }) => ({ rule, level, ...place, message }))
}

function found(text: string, surroundings: Surroundings): readonly Problem[] {
  const read = readScript(text)
  return 'problems' in read ? read.problems : checkScript(read.definition, compileScript(read.definition, surroundings), surroundings)
}
