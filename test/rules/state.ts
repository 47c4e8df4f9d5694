import { parseSync, Visitor } from 'oxc-parser'
import type { Class, Expression, Node, VariableDeclaration, VariableDeclarator } from 'oxc-parser'

/** State of a module that only remembers what it would compute again; each with the reason why it may. */
export const pureCaches: Readonly<Record<string, string>> = {
  'packages/contract/src/check.ts compiled': 'the compiled check of a schema, by the schema: compiling again gives the same',
  'packages/contract/src/canonical.ts texts': 'the sorted text of a schema, by the schema: sorting again gives the same',
  'packages/contract/src/schema-shape.ts lists': 'the values of an enum as a set, by the enum: gathering again gives the same',
  'packages/contract/src/version.ts answers': 'whether two versions are compatible, bounded: judging again gives the same',
  'packages/expression/src/zone.ts formats': 'the format of a time zone, by its name, bounded: making it again gives the same',
  'plugins/dialog/src/locale.ts locales': 'the formats of a language, by its tag, bounded: making them again gives the same',
  'packages/bus/src/protocol.ts encodedCallers': 'the text of a caller, by the caller: encoding again gives the same',
}

const collections: ReadonlySet<string> = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array'])
const mutators: ReadonlySet<string> = new Set(['set', 'add', 'delete', 'clear', 'push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin'])
const objectMutators: ReadonlySet<string> = new Set(['Object.assign', 'Object.defineProperty', 'Object.defineProperties', 'Object.setPrototypeOf', 'Reflect.set'])

/**
 * What a module would remember between two that use it. Three things count: a top-level `let` or `var`; a top-level
 * constant made by `new Map`, `[]` or `{}` and the like that the module writes to, or exports writable; a static
 * field that is not readonly, or holds such a collection.
 */
export function moduleState(path: string, text: string): string[] {
  const { program } = parseSync(path, text, { preserveParens: false })
  const constants = new Map<string, VariableDeclarator>()
  const found: string[] = []
  for (const statement of program.body) {
    const exported = statement.type === 'ExportNamedDeclaration'
    const declaration = exported ? statement.declaration : statement
    if (declaration?.type === 'VariableDeclaration' && !declaration.declare) found.push(...ofVariables(declaration, exported, text, constants))
  }
  const written = writes(program, text)
  found.push(...[...constants.keys()].filter((name) => written.has(name)))
  new Visitor({ ClassDeclaration: (one) => found.push(...staticState(one, text)), ClassExpression: (one) => found.push(...staticState(one, text)) }).visit(program)
  return [...new Set(found)].map((name) => `${path} ${name}`).filter((place) => !(place in pureCaches))
}

function ofVariables({ kind, declarations }: VariableDeclaration, exported: boolean, text: string, constants: Map<string, VariableDeclarator>): string[] {
  if (kind === 'let' || kind === 'var') return declarations.map(({ id }) => nameOf(id, text))
  const holders = declarations.filter(({ init }) => init && (isCollection(init) || isLiteral(init)))
  for (const one of holders) constants.set(nameOf(one.id, text), one)
  return exported ? holders.filter(({ id, init }) => init && isCollection(init) && !('typeAnnotation' in id && id.typeAnnotation)).map(({ id }) => nameOf(id, text)) : []
}

function staticState(one: Class, text: string): string[] {
  return one.body.body.flatMap((member) => {
    if (member.type !== 'PropertyDefinition' || !member.static || member.declare) return []
    const holdsState = !member.readonly || (member.value && isCollection(member.value))
    return holdsState ? [`${one.id?.name ?? 'class'}.${text.slice(member.key.start, member.key.end)}`] : []
  })
}

/** The names whose members are assigned, deleted or changed by a method. */
function writes(program: Parameters<Visitor['visit']>[0], text: string): ReadonlySet<string> {
  const written = new Set<string>()
  const target = (node: Node): void => void (node.type === 'MemberExpression' && written.add(baseOf(node)))
  new Visitor({
    AssignmentExpression: ({ left }) => target(left),
    UpdateExpression: ({ argument }) => target(argument),
    UnaryExpression: ({ operator, argument }) => void (operator === 'delete' && target(argument)),
    CallExpression: ({ callee, arguments: [first] }) => {
      if (callee.type !== 'MemberExpression') return
      if (callee.property.type === 'Identifier' && mutators.has(callee.property.name)) written.add(baseOf(callee))
      if (first?.type === 'Identifier' && objectMutators.has(text.slice(callee.start, callee.end))) written.add(first.name)
    },
  }).visit(program)
  return written
}

function baseOf(node: Node): string {
  if (node.type === 'MemberExpression') return baseOf(node.object)
  return node.type === 'Identifier' ? node.name : ''
}

function isCollection(expression: Expression): boolean {
  const bare = withoutTypes(expression)
  return bare.type === 'NewExpression' && bare.callee.type === 'Identifier' && collections.has(bare.callee.name)
}

function isLiteral(expression: Expression): boolean {
  return ['ArrayExpression', 'ObjectExpression'].includes(withoutTypes(expression).type)
}

function withoutTypes(expression: Expression): Expression {
  return expression.type === 'TSAsExpression' || expression.type === 'TSSatisfiesExpression' ? withoutTypes(expression.expression) : expression
}

function nameOf(id: VariableDeclarator['id'], text: string): string {
  return id.type === 'Identifier' ? id.name : text.slice(id.start, id.end)
}
