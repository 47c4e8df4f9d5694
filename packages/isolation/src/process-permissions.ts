import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, join, parse, relative, resolve, sep } from 'node:path'

/** A name that leads out of `node_modules` is none. */
const packageName = /^(@[\w-][\w.-]*\/)?[\w-][\w.-]*$/
/** A folder that has this holds an assembly, its secrets and its data. */
const assemblyMark = '.caruso'
/** What a plugin may import without naming it. */
const framework = { '@caruso/contract': '*', '@caruso/kernel': '*' }

/** What of a package may be read, and the packages that it names. */
interface Package {
  readonly readable: readonly string[]
  readonly named: readonly NamedPackage[]
}

/** Where a package lies that another names, and the links that lead there, which Node must read. */
interface NamedPackage {
  readonly folder: string
  readonly links: readonly string[]
}

/**
 * What Node lets processes of their own do: read the packages that some files belong to and those that these name as
 * dependencies, load their native code, read and write in a data folder, and read what the operator names, where it is there.
 * No other file, no processes, no threads.
 *
 * `node_modules` is not allowed as a whole, since Node follows its links, and one may lead to an assembly.
 *
 * What is depended on is looked at once and remembered, for it takes some hundred looks while the host serves callers;
 * whether it holds an assembly is looked at each time.
 * The packages of the files themselves are looked at each time.
 */
export class ProcessPermissions {
  /** By their folders. */
  readonly #dependencies = new Map<string, Package>()
  /** Of one time: where links lead, undefined for what is no link; most paths have most of their way in common. */
  readonly #links = new Map<string, string | undefined>()
  /** Of one time: whether folders have a `node_modules`; few have. */
  readonly #modules = new Map<string, boolean>()

  /** The arguments of Node's command line. */
  of(files: readonly string[], { writes, reads }: { readonly writes: readonly string[]; readonly reads: readonly string[] }): string[] {
    const paths = new Set([...writes, ...reads])
    this.#links.clear()
    this.#modules.clear()
    for (const file of files) this.#add(this.#look(packageOf(file)), paths, new Set())
    // Node does not find a path that it was told after one below it, so the shorter ones come first.
    return ['--permission', '--allow-addons', '--disable-warning=SecurityWarning', ...writes.map((path) => `--allow-fs-write=${path}`), ...[...paths].toSorted().map((path) => `--allow-fs-read=${path}`)]
  }

  #add({ readable, named }: Package, paths: Set<string>, added: Set<string>): void {
    for (const path of readable) paths.add(path)
    for (const { folder, links } of named) {
      // It may have become one since it was remembered.
      if (existsSync(join(folder, assemblyMark))) continue
      for (const link of links) paths.add(link)
      if (added.has(folder)) continue
      added.add(folder)
      const dependency = this.#dependencies.get(folder) ?? this.#look(folder)
      this.#dependencies.set(folder, dependency)
      this.#add(dependency, paths, added)
    }
  }

  /** Of a package that holds an assembly too, only what is not hidden may be read. */
  #look(folder: string): Package {
    const holdsAssembly = existsSync(join(folder, assemblyMark))
    const names = holdsAssembly ? readdirSync(folder).filter((one) => !one.startsWith('.') && one !== 'node_modules') : ['.']
    const { dependencies, peerDependencies, optionalDependencies } = manifestOf(folder)
    const named = Object.keys({ ...framework, ...dependencies, ...peerDependencies, ...optionalDependencies }).filter((one) => packageName.test(one))
    return { readable: names.map((name) => join(folder, name)), named: named.flatMap((name) => this.#named(name, folder) ?? []) }
  }

  /** A package that another names; undefined where it is not there. */
  #named(name: string, from: string): NamedPackage | undefined {
    const path = this.#find(name, from)
    if (path === undefined) return undefined
    const links = new Set([path])
    const folder = this.#follow(path, links)
    return { folder, links: [...links] }
  }

  /** Where Node finds a package from a folder: the nearest `node_modules` that has it. */
  #find(name: string, folder: string): string | undefined {
    const modules = join(folder, 'node_modules')
    const there = this.#modules.get(folder) ?? existsSync(modules)
    this.#modules.set(folder, there)
    if (there && existsSync(join(modules, name))) return join(modules, name)
    return folder === dirname(folder) ? undefined : this.#find(name, dirname(folder))
  }

  /** Where a path leads, and the links on the way: to follow one Node must read it. */
  #follow(path: string, links: Set<string>): string {
    const parts = relative(parse(path).root, path).split(sep)
    let at = parse(path).root
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const next = join(at, part)
      const to = this.#linkAt(next)
      if (to !== undefined) return this.#follow(join(resolve(at, to), ...parts), links.add(next))
      at = next
    }
    return at
  }

  #linkAt(path: string): string | undefined {
    if (!this.#links.has(path)) this.#links.set(path, lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? readlinkSync(path) : undefined)
    return this.#links.get(path)
  }
}

function packageOf(file: string): string {
  const own = dirname(existsSync(file) ? realpathSync(file) : file)
  for (let folder = own; folder !== dirname(folder); folder = dirname(folder)) if (manifestOf(folder).name !== undefined) return folder
  return own
}

/** A folder without a manifest names nothing; whether a plugin can be loaded is said by whoever loads it. */
function manifestOf(folder: string): { readonly name?: unknown; readonly dependencies?: object; readonly peerDependencies?: object; readonly optionalDependencies?: object } {
  const file = join(folder, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {}
}
