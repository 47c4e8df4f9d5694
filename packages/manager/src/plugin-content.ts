import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ManagerError } from './errors.ts'

// What a plugin's version consists of leaves out what npm leaves out too, and what npm would obey.
const leftOut = new Set(['node_modules', '.caruso', '.git', '.npmrc', '.DS_Store'])

/** Whether a path inside a plugin, with slashes, is part of its content. */
export function isContent(path: string): boolean {
  return path.split('/').every((part) => !leftOut.has(part))
}

/**
 * The integrity of a plugin's content: SHA-512 over the paths, sizes and bytes of its files, as in `sha512-…`.
 * Dependencies are not part of it, so that the same version has the same integrity wherever it came from.
 */
export async function integrityOf(folder: string): Promise<string> {
  const hash = createHash('sha512')
  for (const path of await contentFiles(folder)) {
    const bytes = await readFile(join(folder, path))
    hash.update(`${path}\0${bytes.length}\0`).update(bytes)
  }
  return `sha512-${hash.digest('base64')}`
}

/** Copies a plugin's content into another folder. */
export async function copyContent(from: string, to: string): Promise<void> {
  for (const path of await contentFiles(from)) {
    await mkdir(dirname(join(to, path)), { recursive: true })
    await copyFile(join(from, path), join(to, path))
  }
}

async function contentFiles(folder: string): Promise<string[]> {
  const paths: string[] = []
  await collect(folder, '', paths)
  return paths.toSorted()
}

async function collect(folder: string, below: string, paths: string[]): Promise<void> {
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (leftOut.has(entry.name)) continue
    if (entry.isDirectory()) await collect(folder, path, paths)
    else if (entry.isFile()) paths.push(path)
    else throw new ManagerError('PLUGIN_INVALID', `Read plugin folder ${JSON.stringify(folder)}: "${path}" is neither a file nor a folder`)
  }
}
