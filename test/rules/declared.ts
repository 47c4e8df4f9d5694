import { builtinModules } from 'node:module'
import type { Files } from './files.ts'
import { importsOf, isRelative, packageOf } from './imports.ts'
import { packagesOf } from './workspace.ts'
import type { Manifest, Package } from './workspace.ts'

/** Declared at the root for what they do from the command line or by their mere presence. */
const tools: ReadonlySet<string> = new Set(['node', 'oxlint', 'oxlint-tsgolint', 'typescript', '@types/node'])

/** Imports that nobody declared, and declared dependencies that nobody imports. */
export function undeclaredAndUnused(files: Files): string[] {
  const packages = packagesOf(files)
  const rootManifest = packages.find(({ kind }) => kind === 'root')?.manifest ?? {}
  const ours = new Set(packages.map(({ name }) => name))
  return packages.flatMap((one) => [...undeclared(one, rootManifest, ours), ...unused(one, files, one.kind === 'root' ? packages : [one])])
}

function undeclared(one: Package, rootManifest: Manifest, ours: ReadonlySet<string>): string[] {
  const shipped = shippedDependencies(one.manifest)
  const inTests = new Set([...shipped, ...Object.keys(one.manifest.devDependencies ?? {}), ...Object.keys(rootManifest.devDependencies ?? {})])
  return one.sources.flatMap((source) =>
    importsOf(source.path, source.text).flatMap((specifier) => {
      const name = packageOf(specifier)
      if (isRelative(specifier) || specifier.startsWith('node:') || name === one.name) return []
      if (builtinModules.includes(name)) return [`${source.path} imports "${specifier}": builtins are written "node:${specifier}"`]
      const declared = source.shipped ? shipped.has(name) : inTests.has(name) || (one.kind === 'root' && ours.has(name))
      return declared ? [] : [`${source.path} imports "${specifier}": ${manifestPath(one)} does not declare it`]
    }),
  )
}

/** @param users whose sources may use it; what the root declares, the tests of all packages do */
function unused(one: Package, files: Files, users: readonly Package[]): string[] {
  const sources = users.flatMap((user) => user.sources)
  const shipping = one.kind === 'root' ? sources : sources.filter(({ shipped }) => shipped)
  const names = [
    ...[...shippedDependencies(one.manifest)].filter((name) => !mentions(shipping, name) && !namedByAssembly(one, files, name)),
    ...Object.keys(one.manifest.devDependencies ?? {}).filter((name) => !mentions(sources, name)),
  ]
  return names.filter((name) => one.kind !== 'root' || !tools.has(name)).map((name) => `${manifestPath(one)} declares "${name}": nothing imports it`)
}

function manifestPath({ folder }: Package): string {
  return folder === '' ? 'package.json' : `${folder}/package.json`
}

function shippedDependencies({ dependencies = {}, peerDependencies = {}, optionalDependencies = {} }: Manifest): ReadonlySet<string> {
  return new Set(Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }))
}

/** A name in quotes counts as use too: a driver is handed to a library by its name, a file resolved by its path. */
function mentions(sources: Package['sources'], name: string): boolean {
  const typed = name.startsWith('@types/') ? name.slice('@types/'.length) : name
  const uses = ["'", '"', '`'].flatMap((quote) => [quote + typed + quote, `${quote}${typed}/`])
  return sources.some(({ text }) => uses.some((use) => text.includes(use)))
}

/** An assembly uses the plugins that it names. */
function namedByAssembly(one: Package, files: Files, name: string): boolean {
  return [...files].some(([path, text]) => path.startsWith(`${one.folder}/`) && path.endsWith('.yaml') && text.includes(name))
}
