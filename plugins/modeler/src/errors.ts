import { CarusoError } from '@caruso/contract'
import { lineOf, type Mistake } from './mistake.ts'

export type ModelerCode =
  | 'MODEL_INVALID'
  | 'CLASS_UNKNOWN'
  | 'CLASS_UNUSABLE'
  | 'CLASS_READONLY'
  | 'ATTRIBUTE_UNKNOWN'
  | 'ATTRIBUTE_HIDDEN'
  | 'NOT_ALLOWED'
  | 'RELATION_UNKNOWN'
  | 'REQUEST_INVALID'
  | 'CURSOR_INVALID'
  | 'OBJECT_INVALID'
  | 'OBJECT_BROKEN'
  | 'VALUE_TAKEN'
  | 'REFERENCE_BROKEN'
  | 'CONFLICT'
  | 'FORBIDDEN'
  | 'CHANGE_REFUSED'
  | 'VALUES_LOST'
  | 'FORMS_APART'
  | 'UNDO_REFUSED'
  | 'DRIFT'
  | 'JOURNAL_BROKEN'

/** A failure of the modeler: what it tried, on which class and attribute, and what it found. */
export class ModelerError extends CarusoError {
  constructor(code: ModelerCode, message: string, options?: { readonly cause?: unknown; readonly details?: unknown }) {
    super(code, message, options)
    this.name = 'ModelerError'
  }
}

const shownMistakes = 50

/** A model that cannot be used: every mistake in it, in the order of files and lines. */
export class ModelError extends ModelerError {
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    const sorted = mistakes.toSorted((a, b) => a.file.localeCompare(b.file, 'en') || a.line - b.line || a.column - b.column)
    const lines = sorted.slice(0, shownMistakes).map(lineOf)
    const more = sorted.length > shownMistakes ? [`and ${sorted.length - shownMistakes} more`] : []
    super('MODEL_INVALID', [`Read the model: ${sorted.length === 1 ? 'a mistake' : `${sorted.length} mistakes`}`, ...lines, ...more].join('\n'), { details: sorted })
    this.name = 'ModelError'
    this.mistakes = sorted
  }
}
