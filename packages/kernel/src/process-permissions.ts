import { readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { dirname, join, parse, relative, resolve, sep } from 'node:path'

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
  // Node does not find a path that it was told after one below it, so the shorter ones come first.
  return ['--permission', '--allow-addons', '--disable-warning=SecurityWarning', ...data.map((path) => `--allow-fs-write=${path}`), ...[...readable].toSorted().map((path) => `--allow-fs-read=${path}`)]
}

async function allowPackage(folder: string, readable: Set<string>): Promise<void> {
  const names = await namesIn(folder)
  const granted = names.includes(assemblyMark) ? names.filter((one) => !one.startsWith('.') && one !== 'node_modules') : ['.']
  for (const name of granted) readable.add(join(folder, name))
  const { dependencies, peerDependencies, optionalDependencies } = await manifestOf(folder)
  for (const name of Object.keys({ ...framework, ...dependencies, ...peerDependencies, ...optionalDependencies }).filter((one) => packageName.test(one))) {
    const link = await findDependency(name, folder)
    if (link === undefined || readable.has(link)) continue
    const links = new Set([link])
    const real = await follow(link, links)
    if ((await namesIn(real)).includes(assemblyMark)) continue
    for (const each of links) readable.add(each)
    await allowPackage(real, readable)
  }
}

/** Where Node finds a package from a folder: the nearest `node_modules` that has it. */
async function findDependency(name: string, folder: string): Promise<string | undefined> {
  const link = join(folder, 'node_modules', name)
  if ((await namesIn(link)).length > 0) return link
  return folder === dirname(folder) ? undefined : await findDependency(name, dirname(folder))
}

/** Where a path leads, and the links on the way: to follow one Node must read it. */
async function follow(path: string, links: Set<string>): Promise<string> {
  const parts = relative(parse(path).root, path).split(sep)
  let at = parse(path).root
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const next = join(at, part)
    const [to] = await Promise.allSettled([readlink(next)])
    if (to.status === 'rejected') at = next
    else return await follow(join(resolve(at, to.value), ...parts), links.add(next))
  }
  return at
}

async function packageOf(file: string): Promise<string> {
  const own = dirname(await realpath(file).catch(() => file))
  for (let folder = own; folder !== dirname(folder); folder = dirname(folder)) if ((await manifestOf(folder)).name !== undefined) return folder
  return own
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => [])
}

/** A folder without a manifest names nothing; whether a plugin can be loaded is said by whoever loads it. */
async function manifestOf(folder: string): Promise<{ readonly name?: unknown; readonly dependencies?: object; readonly peerDependencies?: object; readonly optionalDependencies?: object }> {
  const [text] = await Promise.allSettled([readFile(join(folder, 'package.json'), 'utf8')])
  return { ...(text.status === 'fulfilled' && (JSON.parse(text.value) as object)) }
}
