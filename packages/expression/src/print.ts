import { durationText } from './calendar.ts'
import { signs, takesCondition } from './expression.ts'
import type { Expression, Sign } from './expression.ts'
import { isConstant, unnamed } from './term.ts'
import type { ConstantTerm, FoldTerm, Term } from './term.ts'

/** Writes an expression or a term as source; parsing it, or checking it with the same schema, gives the same again. */
export function print(what: Expression | Term): string {
  return write('kind' in what ? what : conditionOf(what))
}

const place = { line: 1, column: 1 }
const asMethods: ReadonlySet<string> = new Set(['startsWith', 'endsWith', 'contains', 'exists', 'all', 'filter', 'map', 'sum', 'min', 'max'])

function write(expression: Expression): string {
  switch (expression.kind) {
    case 'constant':
      return expression.type === 'text' ? JSON.stringify(expression.value) : String(expression.value)
    case 'name':
      return expression.name
    case 'member':
      return `${tight(expression.of, 9)}.${expression.name}`
    case 'list':
      return `[${expression.items.map(write).join(', ')}]`
    case 'operator':
      return writeOperator(expression.op, expression.args)
    case 'call': {
      const [first, ...rest] = expression.args
      if (first === undefined || !asMethods.has(expression.name)) return `${expression.name}(${expression.args.map(write).join(', ')})`
      return `${tight(first, 9)}.${expression.name}(${rest.map(write).join(', ')})`
    }
  }
}

function writeOperator(op: Sign, args: readonly Expression[]): string {
  const { written, binds } = signs[op]
  const [first, second, third] = args
  if (first === undefined) return ''
  if (op === 'not' || op === 'negate') return written + tight(first, binds)
  if (op === 'if' && second !== undefined && third !== undefined) return `${tight(first, binds + 1)} ? ${write(second)} : ${write(third)}`
  // Operators of one rank are grouped from the left, so only what stands on the left may have the same rank.
  const loose = op === 'and' || op === 'or' ? binds + 1 : binds
  return args.map((arg, index) => tight(arg, index === 0 ? loose : binds + 1)).join(` ${written} `)
}

/** In brackets, where it binds less tightly than its surroundings. */
function tight(expression: Expression, binds: number): string {
  const text = write(expression)
  return expression.kind === 'operator' && signs[expression.op].binds < binds ? `(${text})` : text
}

/** Where a condition stands, checking adds `== true` by itself. */
function conditionOf(term: Term): Expression {
  const [first, second] = 'op' in term && term.op === '==' ? term.of : []
  return first?.type === 'boolean' && second !== undefined && isConstant(second) && second.value === true && !isConstant(first) ? expressionOf(first) : expressionOf(term)
}

function expressionOf(term: Term): Expression {
  if (isConstant(term)) return constantOf(term)
  if ('list' in term) return { kind: 'list', items: term.list.map(expressionOf), place }
  if ('fold' in term) return foldOf(term)
  if ('path' in term) {
    const [first, ...rest] = term.path
    return rest.reduce<Expression>((of, name) => ({ kind: 'member', of, name, place }), { kind: 'name', name: first, place })
  }
  const { op } = term
  const args = term.of.map((part, index) => (takesCondition(op, index) ? conditionOf(part) : expressionOf(part)))
  return op in signs ? { kind: 'operator', op: op as Sign, args, place } : call(op, ...args)
}

function constantOf({ value, type }: ConstantTerm): Expression {
  if (value === null || typeof type !== 'string') return { kind: 'constant', type: 'null', value: null, place }
  if (type === 'number' && typeof value === 'string' && value.startsWith('-')) return { kind: 'operator', op: 'negate', args: [{ kind: 'constant', type, value: value.slice(1), place }], place }
  if (type === 'text' || type === 'number' || type === 'boolean') return { kind: 'constant', type, value, place }
  return call(type, { kind: 'constant', type: 'text', value: type === 'duration' ? durationText(BigInt(value)) : value, place })
}

function foldOf({ fold, over, as, where, of }: FoldTerm): Expression {
  const list = expressionOf(over)
  const variable: Expression = { kind: 'name', name: as, place }
  if (fold === 'exists' || fold === 'all') return call(fold, list, variable, conditionOf(where))
  const isWhole = isConstant(where) && where.value === true
  const chosen = isWhole && (of !== undefined || as === unnamed) ? list : call('filter', list, variable, conditionOf(where))
  const mapped = of === undefined ? chosen : call('map', chosen, variable, expressionOf(of))
  return fold === 'list' ? mapped : call(fold === 'count' ? 'size' : fold, mapped)
}

function call(name: string, ...args: readonly Expression[]): Expression {
  return { kind: 'call', name, args, place }
}
