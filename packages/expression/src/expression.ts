import type { Place } from './errors.ts'

/**
 * What was written, as a tree: names are not resolved yet. `a.f(b)` and `f(a, b)` are the same call. Chains of `&&` and
 * of `||` are one operator with all their parts. Numbers are decimals as text.
 */
export type Expression = { readonly place: Place } & (
  | { readonly kind: 'constant'; readonly type: 'null' | 'boolean' | 'number' | 'text'; readonly value: null | boolean | string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'operator'; readonly op: Sign; readonly args: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
)

/** The operators that are written as signs; `if` is `? :`, `negate` the sign of a number. */
export type Sign = 'if' | 'or' | 'and' | 'not' | 'negate' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%'

/** Whether what stands there must hold or not, rather than be a value: null counts as false. */
export function takesCondition(op: string, index: number): boolean {
  return op === 'and' || op === 'or' || op === 'not' || (op === 'if' && index === 0)
}

/** How tightly each operator binds, and how it is written; the same for printing as the parser has it. */
export const signs: Readonly<Record<Sign, { readonly written: string; readonly binds: number }>> = {
  if: { written: '?:', binds: 1 },
  or: { written: '||', binds: 2 },
  and: { written: '&&', binds: 3 },
  '==': { written: '==', binds: 4 },
  '!=': { written: '!=', binds: 4 },
  '<': { written: '<', binds: 5 },
  '<=': { written: '<=', binds: 5 },
  '>': { written: '>', binds: 5 },
  '>=': { written: '>=', binds: 5 },
  in: { written: 'in', binds: 5 },
  '+': { written: '+', binds: 6 },
  '-': { written: '-', binds: 6 },
  '*': { written: '*', binds: 7 },
  '/': { written: '/', binds: 7 },
  '%': { written: '%', binds: 7 },
  not: { written: '!', binds: 8 },
  negate: { written: '-', binds: 8 },
}
