import type { Place } from './place.ts'

/** What is wrong with a script, and where. A warning does not keep it from being used. */
export interface Problem {
  /** The name of the rule that is broken, as docs/reference/dialogs.md lists them. */
  readonly rule: string
  readonly level: 'error' | 'warning'
  readonly place: Place
  readonly message: string
}

/** One problem as one line: `dialogs/moving.xml:7:14 error unknown-name: …`. */
export function lineOf(file: string, { rule, level, place, message }: Problem): string {
  return `${file}:${place.line}:${place.column} ${level} ${rule}: ${message}`
}
