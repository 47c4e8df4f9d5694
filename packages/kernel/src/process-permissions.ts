import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A name that leads out of `node_modules` is none. */
const packageName = /^(@[\w-][\w.-]*\/)?[\w-][\w.-]*$/
/** A folder that has this holds an assembly, its secrets and its data. */
const assemblyMark = '.caruso'
/** What a plugin may import without naming it. */
const framework = { '@caruso/contract': '*', '@caruso/kernel': '*' }

/**
 * What Node lets a process of its own do: read the packages that these files belong to and those that they name as
 * dependencies, load their native code, and read and write in a data folder where it is there.
 * No other file, no processes, no threads.
 *
 * `node_modules` is not allowed as a whole, since Node follows its links, and one may lead to an assembly.
 */
export async function processPermissions(files: readonly string[], data: readonly string[]): Promise<string[]> {
  const readable = new Set(data)
  for (const file of files) await allowPackage(await packageOf(file), readable)
  return ['--permission', '--allow-addons', '--disable-warning=SecurityWarning', ...data.map((path) => `--allow-fs-write=${path}`), ...[...readable].map((path) => `--allow-fs-read=${path}`)]
}

async function allowPackage(folder: string, readable: Set<string>): Promise<void> {
  const names = await namesIn(folder)
  if (names.includes(assemblyMark)) for (const name of names.filter((one) => !one.startsWith('.') && one !== 'node_modules')) readable.add(join(folder, name))
  else readable.add(folder)
  const { dependencies, peerDependencies, optionalDependencies } = await manifestOf(folder)
  for (const name of Object.keys({ ...framework, ...dependencies, ...peerDependencies, ...optionalDependencies }).filter((one) => packageName.test(one))) {
    const found = await findDependency(name, folder)
    if (found === undefined || readable.has(found.link)) continue
    // To follow a link Node must read it, so a `node_modules` that is one itself is readable.
    if ((await lstat(found.modules)).isSymbolicLink()) readable.add(found.modules)
    await allowPackage(found.real, readable.add(found.link))
  }
}

/** Where Node finds a package from a folder: the nearest `node_modules` that has it, and where that leads. */
async function findDependency(name: string, folder: string): Promise<{ modules: string; link: string; real: string } | undefined> {
  const modules = join(folder, 'node_modules')
  const link = join(modules, name)
  const [real] = await Promise.allSettled([realpath(link)])
  if (real.status === 'fulfilled') return (await namesIn(real.value)).includes(assemblyMark) ? undefined : { modules, link, real: real.value }
  return folder === dirname(folder) ? undefined : await findDependency(name, dirname(folder))
}

async function packageOf(file: string): Promise<string> {
  const own = dirname(await realpath(file).catch(() => file))
  for (let folder = own; folder !== dirname(folder); folder = dirname(folder)) if ((await manifestOf(folder)).name !== undefined) return folder
  return own
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => [])
}

/** What cannot be read names nothing; whether a plugin can be loaded is said by whoever loads it. */
async function manifestOf(folder: string): Promise<{ readonly name?: unknown; readonly dependencies?: object; readonly peerDependencies?: object; readonly optionalDependencies?: object }> {
  try {
    return { ...(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object) }
  } catch {
    return {}
  }
}
