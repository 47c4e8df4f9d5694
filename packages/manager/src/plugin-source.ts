import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { validRange } from 'semver'
import { ManagerError } from './errors.ts'
import { runNpm } from './npm.ts'
import { isPackageName } from './package-name.ts'
import { copyContent } from './plugin-content.ts'
import { dependenciesToInstall, type PluginPackage, readPluginPackage } from './plugin-package.ts'
import { statIfThere } from './stat-if-there.ts'
import { unpackTarball } from './tarball.ts'

/** One step of taking in a version, told when it begins. */
export interface AddStep {
  readonly step: 'fetch' | 'copy' | 'unpack' | 'dependencies' | 'install'
  readonly detail: string
}

/**
 * Puts the content of a plugin into an empty folder.
 *
 * @param spec `NAME@RANGE` for npm, or the path of a tarball or a folder
 * @returns where it came from, as `assembly.lock` says it
 * @throws ManagerError `PLUGIN_MISSING`, `PLUGIN_INVALID` or `INSTALL_FAILED`
 */
export async function fetchPlugin(spec: string, assembly: string, content: string, progress: (step: AddStep) => void): Promise<string> {
  await mkdir(content, { recursive: true })
  const found = await statIfThere(spec)
  if (found?.isDirectory()) {
    await readPluginPackage(spec)
    progress({ step: 'copy', detail: spec })
    await copyContent(spec, content)
    return fromPath(assembly, spec)
  }
  if (found?.isFile()) {
    progress({ step: 'unpack', detail: spec })
    await unpackTarball(spec, content)
    return fromPath(assembly, spec)
  }
  await fetchFromNpm(spec, content, progress)
  return 'npm'
}

/** Lets npm put a plugin's dependencies beside its content; does nothing where Caruso's own packages are all it needs. */
export async function installDependencies(content: string, manifest: PluginPackage, progress: (step: AddStep) => void): Promise<void> {
  const needed = dependenciesToInstall(content, manifest)
  const names = Object.keys({ ...needed.dependencies, ...needed.optionalDependencies })
  if (names.length === 0) return
  progress({ step: 'dependencies', detail: names.join(', ') })
  const folder = `${content}-dependencies`
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'dependencies', private: true, ...needed }))
  await runNpm('install', ['--omit=dev', '--omit=peer', '--legacy-peer-deps', '--no-workspaces'], folder)
  const modules = join(folder, 'node_modules')
  // Of optional ones that this system does not have, npm leaves nothing.
  if (await statIfThere(modules)) await rename(modules, join(content, 'node_modules'))
}

async function fetchFromNpm(spec: string, content: string, progress: (step: AddStep) => void): Promise<void> {
  const at = spec.indexOf('@', 1)
  const [name, range] = at < 0 ? [spec, '*'] : [spec.slice(0, at), spec.slice(at + 1)]
  if (!isPackageName(name) || validRange(range) === null) {
    throw new ManagerError('PLUGIN_MISSING', `Added ${JSON.stringify(spec)}: found no such folder or tarball, and it is not NAME@RANGE, such as "@caruso/storage@^0.1.0"`)
  }
  progress({ step: 'fetch', detail: spec })
  const folder = `${content}-packed`
  await mkdir(folder)
  // Without a package.json of its own, npm would take the project around it for its own.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'packed', private: true }))
  await runNpm('pack', [`${name}@${range}`], folder)
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new ManagerError('INSTALL_FAILED', `Fetched "${spec}" by npm pack: it left no tarball`)
  progress({ step: 'unpack', detail: tarball })
  await unpackTarball(join(folder, tarball), content)
}

function fromPath(assembly: string, path: string): string {
  return relative(assembly, resolve(path)).split(sep).join('/') || '.'
}
