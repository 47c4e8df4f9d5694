import type { Files } from './files.ts'

/** A package.json, as far as the rules look at it. */
export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly private?: boolean
  readonly license?: string
  readonly description?: string
  readonly type?: string
  readonly files?: readonly string[]
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export type Kind = 'root' | 'framework' | 'plugin' | 'example'

/** A folder with a package.json, and the files that belong to it and to no folder with a package.json below it. */
export interface Package {
  /** Empty for the root. */
  readonly folder: string
  readonly kind: Kind
  readonly name: string
  readonly manifest: Manifest
  readonly sources: readonly Source[]
}

export interface Source {
  readonly path: string
  readonly text: string
  /** Whether it is shipped; everything else is a test or a tool. */
  readonly shipped: boolean
}

/** Every package of the repository, the root first. */
export function packagesOf(files: Files): Package[] {
  const folders = [...files.keys()].filter((path) => path === 'package.json' || path.endsWith('/package.json')).map((path) => path.slice(0, -'/package.json'.length))
  return folders.toSorted().map((folder) => {
    const manifest = manifestOf(files, folder)
    const sources = [...files].filter(([path]) => isSource(path) && ownerOf(folders, path) === folder)
    return {
      folder,
      kind: kindOf(folder),
      name: manifest.name ?? folder,
      manifest,
      sources: sources.map(([path, text]) => ({ path, text, shipped: folder !== '' && !path.slice(folder.length).startsWith('/test/') })),
    }
  })
}

/** The innermost of the folders that holds the path. */
export function ownerOf(folders: readonly string[], path: string): string {
  return folders.filter((folder) => folder === '' || path.startsWith(`${folder}/`)).toSorted((a, b) => b.length - a.length)[0] ?? ''
}

function isSource(path: string): boolean {
  return /\.(ts|tsx|mts)$/.test(path)
}

function kindOf(folder: string): Kind {
  if (folder === '') return 'root'
  // A package deeper down is a version kept outside the workspaces, or what a test installs: it keeps to what plugins keep to.
  return /^packages\/[^/]+$/.test(folder) ? 'framework' : /^plugins\/[^/]+$/.test(folder) ? 'plugin' : 'example'
}

function manifestOf(files: Files, folder: string): Manifest {
  return JSON.parse(files.get(folder === '' ? 'package.json' : `${folder}/package.json`) ?? '{}') as Manifest
}
