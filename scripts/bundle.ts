import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * What the framework carries in its own files, with what that depends on: many small modules that every process would
 * look for and load one by one. All else that a manifest names stays outside.
 */
const carried = /^(typebox|semver|fastest-levenshtein|awilix|@opentelemetry\/api|@nats-io\/[\w-]+)(\/|$)/

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string | { readonly default?: string }>>
}

/** Whether a folder of the repository is bundled: the framework, which every process loads; its testing kit only tests do. */
export function isBundled(folder: string): boolean {
  return folder.startsWith('packages/') && folder !== 'packages/testing'
}

/**
 * Makes of a built package's modules one file per entry, and what entries share; an entry is what the manifest exports,
 * or a program, `main.js` or `NAME-main.js`. Loading them one by one takes longer than everything else at a start.
 */
export async function bundlePackage(folder: string): Promise<void> {
  const dist = join(folder, 'dist')
  const { exports = {}, dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const exported = Object.values(exports).map((target) => (typeof target === 'string' ? target : (target.default ?? '')))
  const programs = globSync(['main.js', '*-main.js'], { cwd: dist }).map((file) => `./dist/${file}`)
  const entries = [...new Set([...exported, ...programs])].filter((entry) => entry.endsWith('.js') && existsSync(join(folder, entry)))
  const bundle = await rolldown({ input: Object.fromEntries(entries.map((entry) => [basename(entry, '.js'), join(folder, entry)])), platform: 'node', external: (id) => id.startsWith('node:') || (!carried.test(id) && Object.keys(dependencies).some((name) => id === name || id.startsWith(`${name}/`))) })
  const { output } = await bundle.generate({ format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'shared-[hash].js' })
  await bundle.close()
  for (const file of globSync('**/*.js', { cwd: dist })) rmSync(join(dist, file))
  for (const part of output) writeFileSync(join(dist, part.fileName), part.type === 'chunk' ? part.code : part.source)
}
