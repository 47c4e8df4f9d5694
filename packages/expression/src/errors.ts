/**
 * `EXPRESSION_SYNTAX` is no expression of the language, `EXPRESSION_INVALID` does not fit the names that there are,
 * `EXPRESSION_VALUE` is a value that is not of its declared type, `EXPRESSION_ONLY_IN_MEMORY` is a filter of which no
 * database can make the same.
 */
export type ExpressionErrorCode = 'EXPRESSION_INVALID' | 'EXPRESSION_ONLY_IN_MEMORY' | 'EXPRESSION_SYNTAX' | 'EXPRESSION_VALUE'

/** Where something stands in a source: line and column count from 1, in the units in which an editor counts. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Thrown by this package's functions; `code` is stable, `details` holds the place in the source where there is one. */
export class ExpressionError extends Error {
  readonly code: ExpressionErrorCode
  readonly details: Place | undefined

  constructor(code: ExpressionErrorCode, message: string, place?: Place) {
    super(place === undefined ? message : `Line ${place.line}, column ${place.column}: ${message}`)
    this.name = 'ExpressionError'
    this.code = code
    this.details = place
  }
}

/** What does not fit the schema, at the place of the part that does not. */
export function invalid({ place }: { readonly place: Place }, message: string): ExpressionError {
  return new ExpressionError('EXPRESSION_INVALID', message, place)
}
