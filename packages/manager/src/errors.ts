import { CarusoError, didYouMean } from '@caruso/contract'

export type ManagerCode =
  | 'ASSEMBLY_MISSING'
  | 'ASSEMBLY_INVALID'
  | 'LOCK_INVALID'
  | 'INTEGRITY_MISMATCH'
  | 'PLUGIN_MISSING'
  | 'PLUGIN_INVALID'
  | 'VERSION_IMMUTABLE'
  | 'INSTALL_FAILED'
  | 'STORE_BUSY'
  | 'JOURNAL_INVALID'
  | 'COMPONENT_UNKNOWN'
  | 'SWAP_REFUSED'
  | 'SWAP_RUNNING'
  | 'SWAP_FAILED'
  | 'NO_PREVIOUS'
  | 'NOT_PREPARED'
  | 'EPOCH_PASSED'
  | 'HOST_AWAY'
  | 'HOST_TAKEN'
  | 'HOST_UNKNOWN'

/** A failure of the service manager: what it tried, on what, and what it found. */
export class ManagerError extends CarusoError {
  constructor(code: ManagerCode, message: string, options?: { readonly cause?: unknown; readonly details?: unknown }) {
    super(code, message, options)
    this.name = 'ManagerError'
  }
}

/** A component was asked for that the assembly does not have. */
export function unknownComponent(component: string, assembly: string, names: readonly string[]): ManagerError {
  return new ManagerError('COMPONENT_UNKNOWN', `Asked for component ${JSON.stringify(component)}: assembly "${assembly}" has ${names.join(', ')}${didYouMean(component, names)}`)
}

/** A line and a column of a file, both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One mistake in a file: where it stands, what was expected there and what was found. */
export interface Mistake extends Position {
  /** The keys that lead there, such as `components.storage.version`; empty for the whole file. */
  readonly place: string
  readonly expected: string
  readonly found: string
  /** What was probably meant. */
  readonly suggestion?: string
}

const shownMistakes = 50

/** One mistake as one line: `assembly.yaml:7:14 components.storage.version: expected a semver range, found "^^1"`. */
export function lineOf(file: string, { line, column, place, expected, found, suggestion }: Mistake): string {
  const hint = suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`
  return `${file}:${line}:${column} ${place === '' ? '' : `${place}: `}expected ${expected}, found ${found}${hint}`
}

/** An assembly file that cannot be used: every mistake in it, in the order of its lines. */
export class AssemblyError extends ManagerError {
  readonly mistakes: readonly Mistake[]

  constructor(file: string, mistakes: readonly Mistake[], code: 'ASSEMBLY_INVALID' | 'ASSEMBLY_MISSING' = 'ASSEMBLY_INVALID') {
    const sorted = mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column)
    const lines = sorted.slice(0, shownMistakes).map((mistake) => lineOf('assembly.yaml', mistake))
    const more = sorted.length > shownMistakes ? [`and ${sorted.length - shownMistakes} more`] : []
    super(code, [`Read assembly ${JSON.stringify(file)}: ${sorted.length === 1 ? 'a mistake' : `${sorted.length} mistakes`}`, ...lines, ...more].join('\n'), { details: sorted })
    this.name = 'AssemblyError'
    this.mistakes = sorted
  }
}
