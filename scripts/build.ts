/** Builds what is published: one compilation of all packages, then each one's share goes to its dist folder. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { bundlePackage, isBundled } from './bundle.ts'

const root = join(import.meta.dirname, '..')
const built = join(root, 'node_modules/.cache/caruso-build')

rmSync(built, { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' })
if (status !== 0) process.exit(1)

for (const folder of publishedFolders()) {
  const [source, target] = [join(root, folder, 'src'), join(root, folder, 'dist')]
  rmSync(target, { recursive: true, force: true })
  renameSync(join(built, folder, 'src'), target)
  cpSync(source, target, { recursive: true, filter: (path) => extname(path) !== '.ts' })
  if (isBundled(folder)) await bundlePackage(join(root, folder))
}
rmSync(built, { recursive: true, force: true })

function publishedFolders(): string[] {
  return globSync('{packages,plugins}/*/package.json', { cwd: root })
    .filter((manifest) => (JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { readonly private?: boolean }).private !== true)
    .map(dirname)
    .filter((folder) => existsSync(join(root, folder, 'src')))
    .toSorted()
}
