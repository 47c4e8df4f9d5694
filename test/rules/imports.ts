import { parseSync, Visitor } from 'oxc-parser'
import type { Expression } from 'oxc-parser'

/** What a source asks of other modules: the specifiers of its static, dynamic and type imports, re-exports and resolutions. */
export function importsOf(path: string, text: string): string[] {
  const { program, module } = parseSync(path, text)
  const found = new Set<string>()
  for (const entry of module.staticImports) found.add(entry.moduleRequest.value)
  for (const { entries } of module.staticExports) for (const entry of entries) if (entry.moduleRequest) found.add(entry.moduleRequest.value)
  new Visitor({
    ImportExpression: ({ source }) => addText(found, source),
    TSImportType: ({ source }) => found.add(source.value),
    TSExternalModuleReference: ({ expression }) => found.add(expression.value),
    CallExpression: ({ callee, arguments: [first] }) => {
      if (first && first.type !== 'SpreadElement' && resolvers.has(text.slice(callee.start, callee.end))) addText(found, first)
    },
  }).visit(program)
  return [...found]
}

const resolvers: ReadonlySet<string> = new Set(['require', 'require.resolve', 'import.meta.resolve'])

function addText(found: Set<string>, expression: Expression): void {
  if (expression.type === 'Literal' && typeof expression.value === 'string') found.add(expression.value)
}

/** The package that a bare specifier names: `@a/b/c` is of `@a/b`. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

export function isRelative(specifier: string): boolean {
  return specifier.startsWith('.')
}
