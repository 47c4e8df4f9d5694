import { Environment } from '@marcbachmann/cel-js'
import type { ASTNode, BinaryOperator } from '@marcbachmann/cel-js'
import { ExpressionError } from './errors.ts'
import type { Place } from './errors.ts'
import { signs } from './expression.ts'
import type { Expression } from './expression.ts'
import { limits } from './limits.ts'
import { placeAt, syntaxError } from './syntax-error.ts'

/** Only its parser is used; what it evaluates, and which names it knows, does not matter. */
const cel = new Environment({ limits: { maxDepth: limits.depth, maxAstNodes: limits.nodes, maxListElements: limits.nodes, maxCallArguments: limits.arguments } })

const renamed = { '!_': 'not', '-_': 'negate', '&&': 'and', '||': 'or' } as const

/**
 * Reads CEL's syntax, without maps, bytes, unsigned integers, messages and positions in lists, which the language does not have.
 *
 * @throws ExpressionError `EXPRESSION_SYNTAX`
 */
export function parse(source: string): Expression {
  if (source.length > limits.length) throw new ExpressionError('EXPRESSION_SYNTAX', `Read an expression of ${source.length} characters: at most ${limits.length} are allowed`)
  return new Reader(source).read(treeOf(source), 1)
}

function treeOf(source: string): ASTNode {
  try {
    return cel.parse(source).ast
  } catch (error) {
    throw syntaxError(source, error)
  }
}

/** Makes our tree of the parser's, each node with its place. */
class Reader {
  readonly #source: string

  constructor(source: string) {
    this.#source = source
  }

  read(node: ASTNode, depth: number): Expression {
    const place = placeAt(this.#source, node.pos)
    if (depth > limits.depth) throw this.#refusal(node, `nested in more than ${limits.depth} levels`)
    const all = (nodes: readonly ASTNode[]): Expression[] => nodes.map((one) => this.read(one, depth + 1))
    if (isInfix(node)) return { kind: 'operator', op: node.op, args: all(node.args), place }
    switch (node.op) {
      case 'value':
        return this.#constant(node, place)
      case 'id':
        return { kind: 'name', name: node.args, place }
      case '.':
        return { kind: 'member', of: this.read(node.args[0], depth + 1), name: node.args[1], place }
      case 'list':
        return { kind: 'list', items: all(node.args), place }
      case 'call':
        return { kind: 'call', name: node.args[0], args: all(node.args[1]), place }
      case 'rcall':
        return { kind: 'call', name: node.args[0], args: all([node.args[1], ...node.args[2]]), place }
      case '&&':
      case '||':
        return { kind: 'operator', op: renamed[node.op], args: all(chain(node, node.op)), place }
      case '!_':
      case '-_':
        return { kind: 'operator', op: renamed[node.op], args: all([node.args]), place }
      case '?:':
        return { kind: 'operator', op: 'if', args: all(node.args), place }
      case '[]':
      case '[?]':
        throw this.#refusal(node, 'lists have no positions; ask with "in", exists or all')
      case '.?':
        throw this.#refusal(node, 'what is missing is null; write "."')
      case 'map':
        throw this.#refusal(node, 'there are no maps')
    }
  }

  #constant(node: Extract<ASTNode, { readonly op: 'value' }>, place: Place): Expression {
    const { args: value } = node
    if (value === null) return { kind: 'constant', type: 'null', value, place }
    if (typeof value === 'boolean') return { kind: 'constant', type: 'boolean', value, place }
    if (typeof value === 'bigint') return { kind: 'constant', type: 'number', value: value.toString(), place }
    // A number of the parser is a double; what was written is exact.
    if (typeof value === 'number') return { kind: 'constant', type: 'number', value: this.#source.slice(node.start, node.end), place }
    if (typeof value !== 'string') throw this.#refusal(node, 'there are neither bytes nor unsigned integers')
    if (!value.isWellFormed() || value.includes('\0')) throw this.#refusal(node, 'no database holds half a surrogate pair or the character U+0000')
    return { kind: 'constant', type: 'text', value, place }
  }

  #refusal({ start, end, pos }: ASTNode, found: string): ExpressionError {
    return new ExpressionError('EXPRESSION_SYNTAX', `Read ${JSON.stringify(excerpt(this.#source.slice(start, end)))}: ${found}`, placeAt(this.#source, pos))
  }
}

function isInfix(node: ASTNode): node is Extract<ASTNode, { readonly op: BinaryOperator }> {
  return node.op in signs
}

/** All parts of `a && b && c`, however it was grouped: the order in which they are asked does not matter. */
function chain(node: ASTNode, op: '&&' | '||'): ASTNode[] {
  const parts: ASTNode[] = []
  const open = [node]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.op === op) open.push(next.args[1], next.args[0])
    else parts.push(next)
  }
  return parts
}

function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
