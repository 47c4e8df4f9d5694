import { posix } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import type { Program } from 'oxc-parser'
import type { Files } from './files.ts'
import { isRelative } from './imports.ts'
import { packagesOf } from './workspace.ts'
import type { Package } from './workspace.ts'

/** Where the reviewed surfaces lie, one file per package. */
export const surfaceFolder = 'test/rules/surface'

interface Range {
  readonly start: number
  readonly end: number
}

interface Module {
  readonly path: string
  readonly text: string
  readonly program: Program
  readonly cuts: readonly Range[]
}

/** What everybody may rely on: the declarations that the entries of each published package export, without their bodies. */
export function surfaces(files: Files): Map<string, string> {
  const published = packagesOf(files).filter(({ kind, manifest }) => (kind === 'framework' || kind === 'plugin') && manifest.private !== true)
  return new Map(published.map((one) => [`${surfaceFolder}/${one.folder.split('/')[1]}.md`, surfaceOf(one, files)]))
}

function surfaceOf(one: Package, files: Files): string {
  const entries = Object.entries(one.manifest.exports ?? {}).flatMap(([key, target]) => {
    const source = typeof target === 'object' && target !== null && 'source' in target ? posix.join(one.folder, String(target.source)) : ''
    return files.has(source) ? [`## ${posix.join(one.name, key)}\n\n\`\`\`ts\n${exportsOf(source, files).join('\n')}\n\`\`\`\n`] : []
  })
  return [`# The surface of ${one.name}\n\nWritten by \`npm run surface\`; a change of it is reviewed.\n`, ...entries].join('\n')
}

function exportsOf(path: string, files: Files): string[] {
  const { module } = parseSync(path, files.get(path) ?? '')
  const names = module.staticExports.flatMap(({ entries }) => entries.map(({ exportName }) => (exportName.kind === 'Default' ? 'default' : (exportName.name ?? '*'))))
  return [...new Set(names)].toSorted().map((name) => declarationOf(path, name, files))
}

/** Follows re-exports to where the name is declared. */
function declarationOf(path: string, exported: string, files: Files): string {
  const text = files.get(path)
  if (text === undefined) return `${exported} // ${path} is missing`
  const module = read(path, text)
  for (const statement of module.program.body) {
    if (exported === 'default' && statement.type === 'ExportDefaultDeclaration') return statement.declaration.type === 'Identifier' ? `default: ${localDeclaration(module, statement.declaration.name, files)}` : print(module, statement)
    if (statement.type !== 'ExportNamedDeclaration') continue
    const specifier = statement.specifiers.find((one) => nameOf(one.exported) === exported)
    if (specifier && statement.source) return follow(path, statement.source.value, nameOf(specifier.local), exported, files)
    if (specifier) return localDeclaration(module, nameOf(specifier.local), files)
  }
  return localDeclaration(module, exported, files)
}

function follow(path: string, source: string, name: string, exported: string, files: Files): string {
  if (!isRelative(source)) return `${exported} // from ${source}`
  const found = declarationOf(posix.join(posix.dirname(path), source), name, files)
  return name === exported || exported === 'default' ? found : `${exported} = ${found}`
}

function localDeclaration(module: Module, name: string, files: Files): string {
  const found: string[] = []
  for (const statement of module.program.body) {
    if (statement.type === 'ImportDeclaration') {
      const binding = statement.specifiers.find(({ local }) => local.name === name)
      if (binding) return follow(module.path, statement.source.value, binding.type === 'ImportSpecifier' ? nameOf(binding.imported) : 'default', name, files)
    }
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declaration?.type === 'VariableDeclaration') {
      const one = declaration.declarations.find(({ id }) => id.type === 'Identifier' && id.name === name)
      if (one) found.push(`${declaration.kind} ${print(module, one)}`)
    } else if (declaration && 'id' in declaration && declaration.id && 'name' in declaration.id && declaration.id.name === name) {
      found.push(print(module, declaration))
    }
  }
  // The last of several is the body of the overloads before it.
  return (found.length > 1 && found[0]?.startsWith('function') ? found.slice(0, -1) : found).join('\n') || `${name} // not found in ${module.path}`
}

function nameOf(node: { readonly type: string; readonly name?: string; readonly value?: unknown }): string {
  return node.name ?? String(node.value)
}

function read(path: string, text: string): Module {
  const { program, comments } = parseSync(path, text)
  return { path, text, program, cuts: [...comments, ...hidden(program)].toSorted((a, b) => a.start - b.start) }
}

/** What a user of the declaration does not see: bodies, initial values where a type is written, private members. */
function hidden(program: Program): Range[] {
  const ranges: Range[] = []
  const body = (node: { readonly body: Range | null }): void => void (node.body && ranges.push(node.body))
  new Visitor({
    FunctionDeclaration: body,
    FunctionExpression: body,
    ArrowFunctionExpression: body,
    VariableDeclarator: ({ id, init }) => void ('typeAnnotation' in id && id.typeAnnotation && init && ranges.push({ start: id.typeAnnotation.end, end: init.end })),
    PropertyDefinition: (node) => void (isPrivate(node) ? ranges.push(node) : node.typeAnnotation && node.value && ranges.push({ start: node.typeAnnotation.end, end: node.value.end })),
    MethodDefinition: (node) => void (isPrivate(node) && ranges.push(node)),
  }).visit(program)
  return ranges
}

function isPrivate(member: { readonly key: { readonly type: string }; readonly accessibility?: string | null }): boolean {
  return member.key.type === 'PrivateIdentifier' || member.accessibility === 'private'
}

function print({ text, cuts }: Module, { start, end }: Range): string {
  const parts: string[] = []
  let at = start
  for (const cut of cuts) {
    if (cut.start < at || cut.end > end) continue
    parts.push(text.slice(at, cut.start))
    at = cut.end
  }
  parts.push(text.slice(at, end))
  return parts.join('').split('\n').map((line) => line.trimEnd()).filter((line) => line !== '').join('\n').trimEnd()
}
