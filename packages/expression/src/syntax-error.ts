import { ParseError } from '@marcbachmann/cel-js'
import { ExpressionError } from './errors.ts'
import type { Place } from './errors.ts'
import { limits } from './limits.ts'

/** The parser's names of what may stand where, as they are written. */
const written: Readonly<Record<string, string>> = { RPAREN: '")"', RBRACKET: '"]"', RBRACE: '"}"', COLON: '":"', IDENTIFIER: 'a name' }

/** What was wrong with a source, in our words: where, what was found there, and what was expected. */
export function syntaxError(source: string, error: unknown): unknown {
  // The parser counts how deep brackets are nested, but follows "!" and "-" as deep as the stack goes.
  if (error instanceof RangeError) return new ExpressionError('EXPRESSION_SYNTAX', `Read an expression: nested in more than ${limits.depth} levels`)
  if (!(error instanceof ParseError)) return error
  const start = error.range?.start ?? 0
  return new ExpressionError('EXPRESSION_SYNTAX', messageOf(error, source, start), placeAt(source, start))
}

/** Line and column of a position in the source. */
export function placeAt(source: string, offset: number): Place {
  const lines = source.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

function messageOf({ code, summary, range }: ParseError, source: string, start: number): string {
  const found = start >= source.length ? 'the end' : JSON.stringify(source.slice(start, Math.min(Math.max(range?.end ?? 0, start + 1), start + 40)))
  switch (code) {
    case 'expected_token':
      return `Expected ${written[/Expected (\w+)/.exec(summary)?.[1] ?? ''] ?? 'something else'}: found ${found}`
    case 'unexpected_token':
      return `Expected a value, a name or "(": found ${found}`
    case 'unexpected_character':
      if (/^(?!\p{ASCII})\p{L}/u.test(source.slice(start))) return `Expected a name of the letters a to z, digits and "_": found ${found}`
      return source[start] === '=' ? 'Expected "==": found "="' : `Expected an operator or the end: found ${found}`
    case 'unterminated_string':
    case 'unterminated_triple_quoted_string':
      return `Expected a closing quote: found the end`
    case 'newline_in_string':
      return 'Expected a closing quote: found the end of the line'
    case 'reserved_identifier':
      return `Expected a name: ${found} is a reserved word`
    case 'invalid_macro_argument':
      return `Expected the name that each element gets: found ${found}`
    case 'limit_exceeded':
      return summary.includes('maxDepth') ? `Read an expression: nested in more than ${limits.depth} levels` : `Read an expression: more than ${limits.nodes} parts, or ${limits.arguments} arguments of one call`
    default:
      return `${summary.split('\n', 1)[0]}: found ${found}`
  }
}
