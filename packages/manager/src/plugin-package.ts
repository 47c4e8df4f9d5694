import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, messageOf, type Static, Type, Value } from '@caruso/contract'
import { valid, validRange } from 'semver'
import { ManagerError } from './errors.ts'
import { isPackageName } from './package-name.ts'
import { statIfThere } from './stat-if-there.ts'

const Dependencies = Type.Optional(Type.Record(Type.String(), Type.String()))
const PackageFile = Type.Object({
  name: Type.String(),
  version: Type.String({ maxLength: 128 }),
  exports: Type.Optional(Type.Unknown()),
  main: Type.Optional(Type.String()),
  dependencies: Dependencies,
  optionalDependencies: Dependencies,
})

/** What `package.json` says of a plugin: name and version are safe to be parts of a path. */
export type PluginPackage = Readonly<Static<typeof PackageFile>>

/**
 * Reads and checks the `package.json` of a plugin's folder.
 *
 * @throws ManagerError `PLUGIN_MISSING` when there is none, `PLUGIN_INVALID` when it cannot be used
 */
export async function readPluginPackage(folder: string): Promise<PluginPackage> {
  const read = parse(folder, await readText(folder))
  if (!Value.Check(PackageFile, read)) {
    const [error] = Value.Errors(PackageFile, read)
    throw invalid(folder, `${error?.instancePath.slice(1) || 'the file'} ${error?.message}`)
  }
  if (!isPackageName(read.name)) throw invalid(folder, `the name ${JSON.stringify(read.name)} is not one that npm allows`)
  if (valid(read.version) !== read.version) throw invalid(folder, `the version ${JSON.stringify(read.version)} is not a semantic version such as "1.0.0"`)
  return read
}

/**
 * The dependencies that npm has to install beside a plugin: those of Caruso itself come from the project around the assembly.
 *
 * @throws ManagerError `PLUGIN_INVALID` for one that is not a version range, since a path or an address cannot be pinned
 */
export function dependenciesToInstall(folder: string, { dependencies, optionalDependencies }: PluginPackage): { dependencies: Record<string, string>; optionalDependencies: Record<string, string> } {
  return { dependencies: installable(folder, dependencies), optionalDependencies: installable(folder, optionalDependencies) }
}

/**
 * The file to import for a plugin: `exports["."]` as Node reads it for `import`, with the condition `source` where this process runs with it.
 *
 * @throws ManagerError `PLUGIN_INVALID` when there is none
 */
export async function entryOf(folder: string, { exports, main }: PluginPackage): Promise<string> {
  const target = exports === undefined ? `./${main ?? 'index.js'}` : targetOf(mainExport(exports))
  if (target === undefined) throw invalid(folder, 'exports["."] has nothing to import')
  return await fileOf(folder, target)
}

/** The file that exports a plugin's commands, `exports["./cli"]`; undefined where it ships none. */
export async function commandsFileOf(folder: string): Promise<string | undefined> {
  const { exports } = await readPluginPackage(folder)
  const target = isRecord(exports) ? targetOf(exports['./cli']) : undefined
  return target === undefined ? undefined : await fileOf(folder, target)
}

async function fileOf(folder: string, target: string): Promise<string> {
  if (!target.startsWith('./') || target.split('/').includes('..')) throw invalid(folder, `the entry ${JSON.stringify(target)} leads out of the folder`)
  const file = join(folder, target)
  if (!(await statIfThere(file))?.isFile()) throw invalid(folder, `the entry ${JSON.stringify(target)} does not exist (has the plugin been built?)`)
  return file
}

async function readText(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, 'package.json'), 'utf8')
  } catch (error) {
    throw new ManagerError('PLUGIN_MISSING', `Read plugin folder ${JSON.stringify(folder)}: ${codeOf(error) === 'ENOENT' ? 'it has no package.json' : messageOf(error)}`, { cause: error })
  }
}

function parse(folder: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(folder, messageOf(error), error)
  }
}

function installable(folder: string, dependencies: Readonly<Record<string, string>> = {}): Record<string, string> {
  const outside = Object.entries(dependencies).filter(([name]) => !name.startsWith('@caruso/'))
  for (const [name, range] of outside) {
    if (validRange(range) === null) throw invalid(folder, `the dependency ${JSON.stringify(name)} asks for ${JSON.stringify(range)}, which is not a version range`)
  }
  return Object.fromEntries(outside)
}

function mainExport(exports: unknown): unknown {
  return isRecord(exports) && Object.keys(exports).some((key) => key.startsWith('.')) ? exports['.'] : exports
}

// Node resolves for another folder only by require, which does not know the condition "import"; so this follows its algorithm.
function targetOf(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports
  if (Array.isArray(exports)) return exports.map(targetOf).find((target) => target !== undefined)
  if (!isRecord(exports)) return undefined
  const conditions = new Set(['node', 'import', 'module-sync', 'default', ...givenConditions(process.execArgv)])
  for (const [condition, target] of Object.entries(exports)) {
    const found = conditions.has(condition) ? targetOf(target) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function givenConditions(args: readonly string[]): string[] {
  return args.flatMap((argument, index) => {
    if (argument === '-C' || argument === '--conditions') return args[index + 1] ?? []
    return /^--conditions=(.+)$/.exec(argument)?.[1] ?? []
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(folder: string, found: string, cause?: unknown): ManagerError {
  return new ManagerError('PLUGIN_INVALID', `Read plugin ${JSON.stringify(folder)}: ${found}`, { cause })
}
