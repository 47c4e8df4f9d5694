import { parseSync } from 'oxc-parser'
import type { Files } from './files.ts'
import { packagesOf } from './workspace.ts'
import type { Package } from './workspace.ts'

const conditions = ['source', 'types', 'default']

/** What a package that others install lacks, or says otherwise than all the others. */
export function manifestProblems(files: Files): string[] {
  const packages = packagesOf(files)
  const version = packages.find(({ kind }) => kind === 'root')?.manifest.version
  const published = packages.filter(({ kind, manifest }) => (kind === 'framework' || kind === 'plugin') && manifest.private !== true)
  return published.flatMap((one) => problems(one, files, version).map((problem) => `${one.folder}: ${problem}`))
}

function problems(one: Package, files: Files, version: string | undefined): string[] {
  const { manifest } = one
  const ours = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies }).filter(([name]) => name.startsWith('@caruso/'))
  return [
    ...(files.has(`${one.folder}/README.md`) ? [] : ['README.md is missing']),
    ...(manifest.name === `@caruso/${one.folder.split('/')[1]}` ? [] : [`"name" is ${show(manifest.name)}`]),
    ...(manifest.license === 'MIT' ? [] : [`"license" is ${show(manifest.license)}: expected "MIT"`]),
    ...(manifest.type === 'module' ? [] : [`"type" is ${show(manifest.type)}: expected "module"`]),
    ...(manifest.description ? [] : ['"description" is missing']),
    ...(manifest.files?.includes('dist') ? [] : ['"files" lacks "dist"']),
    ...(manifest.version === version ? [] : [`"version" is ${show(manifest.version)}: all packages share ${show(version)}`]),
    ...ours.filter(([, range]) => range !== version).map(([name, range]) => `depends on ${name} ${range}: all packages share ${show(version)}`),
    ...exportProblems(one, files),
    ...one.sources.filter(exportsEverything).map(({ path }) => `${path} exports everything of another module: name each export`),
  ]
}

function exportProblems({ folder, manifest }: Package, files: Files): string[] {
  const entries = Object.entries(manifest.exports ?? {})
  // A plugin may ship commands and no component.
  if (!entries.some(([key]) => key === '.' || key === './cli')) return ['"exports" lacks "."']
  return entries.flatMap(([key, target]) => {
    // A file that is no module, such as package.json or a schema, is exported as it is.
    if (typeof target === 'string' && target.endsWith('.json')) return []
    const paths = typeof target === 'object' && target !== null ? (target as Readonly<Record<string, unknown>>) : {}
    if (Object.keys(paths).join() !== conditions.join()) return [`"exports" of "${key}" has ${show(Object.keys(paths))}: expected ${show(conditions)}`]
    const source = String(paths['source'])
    const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
    return [
      ...(files.has(`${folder}/${source.slice(2)}`) ? [] : [`"exports" of "${key}" names ${show(source)}: there is no such file`]),
      ...(paths['types'] === `${built}.d.ts` && paths['default'] === `${built}.js` ? [] : [`"exports" of "${key}" names other files for "types" and "default" than are built of ${show(source)}`]),
    ]
  })
}

function exportsEverything({ path, text }: Package['sources'][number]): boolean {
  return parseSync(path, text).module.staticExports.some(({ entries }) => entries.some(({ importName }) => importName.kind === 'AllButDefault' || importName.kind === 'All'))
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value)
}
