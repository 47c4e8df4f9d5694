import { parseSync, Visitor } from 'oxc-parser'
import type { CallExpression, Node } from 'oxc-parser'

/** Ways around the types or around an error, which oxlint has no rule for. */
export function escapes(path: string, text: string): string[] {
  const { program, comments } = parseSync(path, text, { preserveParens: false })
  const found: string[] = []
  const report = (node: { readonly start: number }, what: string): void => void found.push(`${path}:${text.slice(0, node.start).split('\n').length} ${what}`)
  for (const comment of comments) if (/@ts-(ignore|nocheck)|(eslint|oxlint)-disable(?!-next-line \S+ -- \S)/.test(comment.value)) report(comment, `silences a check without a reason: "${comment.value.trim()}"`)
  new Visitor({
    TSAsExpression: (node) => {
      if (node.typeAnnotation.type === 'TSAnyKeyword') report(node, 'casts to any')
      if (node.expression.type === 'TSAsExpression' && node.expression.typeAnnotation.type === 'TSUnknownKeyword') report(node, 'casts by way of unknown')
    },
    CatchClause: (node) => void (node.body.body.length === 0 && report(node, 'catches and does nothing')),
    CallExpression: (node) => void (swallows(node) && report(node, 'catches and does nothing')),
  }).visit(program)
  return found
}

function swallows({ callee, arguments: handlers }: CallExpression): boolean {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false
  if (callee.property.name === 'catch') return handlers[0] !== undefined && doesNothing(handlers[0])
  return callee.property.name === 'then' && handlers[1] !== undefined && doesNothing(handlers[1])
}

function doesNothing(node: Node): boolean {
  if (node.type !== 'ArrowFunctionExpression' && node.type !== 'FunctionExpression') return false
  const body = node.body
  if (body === null || body.type === 'BlockStatement') return body === null || body.body.length === 0
  return (body.type === 'Identifier' && body.name === 'undefined') || body.type === 'Literal' || (body.type === 'UnaryExpression' && body.operator === 'void' && body.argument.type === 'Literal')
}
