import type { Files } from './files.ts'
import { packagesOf } from './workspace.ts'

type Ranges = Readonly<Record<string, string>>

interface LockEntry {
  readonly resolved?: string
  readonly link?: boolean
  readonly dependencies?: Ranges
  readonly devDependencies?: Ranges
  readonly optionalDependencies?: Ranges
}

/** Why a fresh machine could not install from package-lock.json, or would download from where we do. */
export function lockProblems(files: Files): string[] {
  const lock = JSON.parse(files.get('package-lock.json') ?? '{}') as { readonly packages?: Readonly<Record<string, LockEntry>> }
  const entries = lock.packages ?? {}
  return [...hosts(entries), ...missingPlatforms(entries), ...outdated(files, entries)]
}

/** Links to our own folders are resolved too, but name no host. */
function hosts(entries: Readonly<Record<string, LockEntry>>): string[] {
  return Object.entries(entries).filter(([, { resolved }]) => resolved?.includes('://')).map(([path, { resolved }]) => `${path} is downloaded from ${resolved}: the lock names no registry`)
}

/** A binary for another platform that was not there when the lock was written makes `npm ci` fail on every platform. */
function missingPlatforms(entries: Readonly<Record<string, LockEntry>>): string[] {
  return Object.entries(entries).flatMap(([path, { optionalDependencies = {} }]) => {
    const known = (name: string): boolean => `node_modules/${name}` in entries || `${path}/node_modules/${name}` in entries
    return Object.keys(optionalDependencies).filter((name) => !known(name)).map((name) => `${path} may need "${name}": the lock does not have it`)
  })
}

function outdated(files: Files, entries: Readonly<Record<string, LockEntry>>): string[] {
  return packagesOf(files).filter(({ folder }) => /^((packages|plugins|examples)\/[^/]+)?$/.test(folder)).flatMap(({ folder, manifest }) => {
    const entry = entries[folder] ?? {}
    const same = sorted(manifest.dependencies) === sorted(entry.dependencies) && sorted(manifest.devDependencies) === sorted(entry.devDependencies)
    return same ? [] : [`${folder === '' ? '' : `${folder}/`}package.json declares other dependencies than the lock: run npm install`]
  })
}

function sorted(ranges: Ranges = {}): string {
  return Object.entries(ranges).map((range) => range.join(' ')).toSorted().join()
}
