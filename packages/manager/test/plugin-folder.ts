import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Writes a plugin `@acme/erp`, or what `more` makes of its manifest, which exports its version; answers the path. */
export async function pluginFolder(path: string, version: string, more: object = {}, files: Readonly<Record<string, string>> = {}): Promise<string> {
  await mkdir(path, { recursive: true })
  await writeFile(join(path, 'package.json'), JSON.stringify({ name: '@acme/erp', version, type: 'module', exports: './index.js', ...more }))
  for (const [name, text] of Object.entries({ 'index.js': `export default ${JSON.stringify(version)}\n`, ...files })) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  return path
}
