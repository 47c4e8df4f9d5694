import { bind } from './bind.ts'
import { ExpressionError } from './errors.ts'
import { print } from './print.ts'
import { overloadOf } from './overload.ts'
import { isConstant } from './term.ts'
import type { ConstantTerm, Term } from './term.ts'
import type { Values } from './value.ts'

/**
 * Makes a condition ready for a database: what is known is bound, and what is left is only what SQLite, PostgreSQL and
 * MariaDB do as memory does.
 *
 * @throws ExpressionError `EXPRESSION_ONLY_IN_MEMORY`, which names the part; `EXPRESSION_VALUE` as `bind`
 */
export function filter(condition: Term, known: Values = {}): Term {
  const bound = bind(condition, known)
  const obstacle = onlyInMemory(bound)
  if (obstacle !== undefined) throw new ExpressionError('EXPRESSION_ONLY_IN_MEMORY', `Make a filter of ${JSON.stringify(print(bound))}: databases do not compute ${JSON.stringify(print(obstacle))} as memory does`)
  return bound
}

/** The innermost part that a filter cannot have. */
function onlyInMemory(term: Term): Term | undefined {
  if ('path' in term) return undefined
  if (isConstant(term)) return isHeld(term) ? undefined : term
  const parts = 'list' in term ? term.list : 'fold' in term ? [term.over, term.where, ...(term.of === undefined ? [] : [term.of])] : term.of
  for (const part of parts) {
    const found = onlyInMemory(part)
    if (found !== undefined) return found
  }
  return isFiltered(term) ? undefined : term
}

/** Whether every database takes the value as it is: no half surrogate pair, no U+0000, at most 35 digits before the point and 30 behind it, since MariaDB divides its 65 so. */
function isHeld({ value, type }: ConstantTerm): boolean {
  if (typeof value !== 'string') return true
  return type === 'number' ? /^-?\d{1,35}(\.\d{1,30})?$/.test(value) : value.isWellFormed() && !value.includes('\0')
}

function isFiltered(term: Term): boolean {
  if ('op' in term) return overloadOf(term.op, term.of)?.inFilter === true
  if ('fold' in term) return term.fold !== 'list' && 'path' in term.over && typeof term.over.type === 'object' && 'many' in term.over.type
  return true
}
