import { CarusoError, type CommandContext } from '@caruso/contract'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import manifest from '../package.json' with { type: 'json' }

/** What can be begun. */
export type Kind = 'plugin' | 'wrapper' | 'assembly'

const templates = join(import.meta.dirname, '../templates')
/** Begun inside a clone of Caruso, whose packages are sources: then everything is started so that Node finds those. */
const fromSources = import.meta.filename.endsWith('.ts')
const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
/** Names that mean something else to `start`, and the component that is there in any case. */
const reserved: readonly string[] = ['config', 'scope', 'log', 'state', 'manager']

/** `caruso new`: begins a plugin, a wrapper or an assembly, which passes its tests and `caruso check` as it is. */
export async function begin({ kind, name, folder: typed = name }: { readonly kind: Kind; readonly name: string; readonly folder?: string }, { terminal }: CommandContext): Promise<void> {
  requireName(kind, name)
  const folder = resolve(typed)
  if (existsSync(folder) && (await readdir(folder)).length > 0) throw new CarusoError('USAGE', `Began ${kind} "${name}" in "${folder}": the folder is not empty; choose another one by --folder FOLDER`)
  const files = new Map([...(await templateOf(kind, name)), ...surroundings()])
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  terminal.answer({ kind, name, folder, files: [...files.keys()].toSorted() }, () => [`${kind} ${name} is begun in ${typed}`, '', ...nextSteps(relative(process.cwd(), folder) || '.')].join('\n'))
}

function requireName(kind: Kind, name: string): void {
  const tried = `Began ${kind} ${JSON.stringify(name)}`
  if (!namePattern.test(name) || name.length > 50) throw new CarusoError('USAGE', `${tried}: expected a name of at most 50 small letters, digits and single hyphens that starts with a letter, such as "order-desk"`)
  if (reserved.includes(name)) throw new CarusoError('USAGE', `${tried}: the names ${reserved.join(', ')} are reserved`)
}

/** The files of a template, in which the name takes the place of "sample". */
async function templateOf(kind: Kind, name: string): Promise<[path: string, text: string][]> {
  const root = join(templates, kind)
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = found.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)))
  return await Promise.all(paths.map(async (path): Promise<[string, string]> => {
    const text = named(path, await readFile(join(root, path), 'utf8'), name)
    return [path.replaceAll('\\', '/'), path === 'package.json' ? withCaruso(text, kind) : text]
  }))
}

function named(path: string, text: string, name: string): string {
  const pascal = name.replaceAll(/(^|-)([a-z0-9])/g, (_, _hyphen, letter: string) => letter.toUpperCase())
  if (/\.(ts|yaml)$/.test(path)) requireFree(text, pascal, name)
  return text.replaceAll('sampleKey', pascal.charAt(0).toLowerCase() + pascal.slice(1)).replaceAll('Sample', pascal).replaceAll('sample', name)
}

/** A contract may not be called as something that the generated code imports, nor a component as its neighbour. */
function requireFree(text: string, pascal: string, name: string): void {
  const code = text.replaceAll(/'[^'\n]*'|`[^`]*`|\/\*[^]*?\*\/|\/\/.*|Sample|sample/g, '')
  if (new RegExp(`\\b${pascal}\\b|^  ${name}:`, 'm').test(code)) throw new CarusoError('USAGE', `Began ${JSON.stringify(name)}: what is generated has something of that name already; choose another one`)
}

/** What stands on its own names the command, Node and the compiler too; inside a clone they are there. */
function withCaruso(text: string, kind: Kind): string {
  const made = JSON.parse(text) as { scripts: Record<string, string>; dependencies: Record<string, string>; devDependencies?: Record<string, string> }
  if (fromSources) {
    const scripts = Object.fromEntries(Object.entries(made.scripts).map(([script, line]) => [script, line.replace(/^node /, 'node --conditions=source ')]))
    return `${JSON.stringify({ ...made, scripts }, undefined, 2)}\n`
  }
  const { version } = manifest
  const command = kind === 'assembly' ? { '@caruso/cli': version } : { '@caruso/cli': version, '@caruso/gateway': version }
  const tools = { '@types/node': '^24.0.0', node: '^24.20.0', typescript: '^7.0.0' }
  const dependencies = kind === 'assembly' ? { ...command, ...made.dependencies } : made.dependencies
  const devDependencies = { ...(kind === 'assembly' ? {} : command), ...made.devDependencies, ...tools }
  return `${JSON.stringify({ ...made, dependencies, devDependencies }, undefined, 2)}\n`
}

function surroundings(): [path: string, text: string][] {
  const compilerOptions = {
    target: 'es2025',
    lib: ['es2025', 'esnext.disposable'],
    module: 'nodenext',
    ...(fromSources ? { customConditions: ['source'] } : {}),
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
  }
  return [
    ['tsconfig.json', `${JSON.stringify({ compilerOptions, exclude: ['node_modules', '.caruso'] }, undefined, 2)}\n`],
    ['.gitignore', '.caruso/\nnode_modules/\ndata/\n'],
  ]
}

function nextSteps(folder: string): string[] {
  const steps: readonly (readonly [string, string])[] = [
    [`cd ${folder}${fromSources ? '' : ' && npm install'}`, 'README.md there says what is where'],
    ['npm test', 'it passes as it is'],
    ['npx caruso check', 'looks at the assembly file, the plugins and their configuration'],
    ['npm start', 'runs it, until Ctrl+C'],
  ]
  const width = Math.max(...steps.map(([line]) => line.length))
  return ['Type next:', ...steps.map(([line, shows]) => `  ${line.padEnd(width)}   ${shows}`)]
}
