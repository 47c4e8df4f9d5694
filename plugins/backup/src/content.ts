import { codeOf } from '@caruso/contract'
import type { Dirent } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { isDatabase } from './database-copy.ts'

/** A file, database or link of an assembly, by its path from the folder, with slashes. */
export type Content =
  | { readonly kind: 'file' | 'database'; readonly path: string; readonly file: string; readonly size: number; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly to: string; readonly mode: number }

const own = '.caruso'
/** What can be made again, or is nobody else's. */
const leftOut: ReadonlySet<string> = new Set(['node_modules', '.git'])
/** Of `.caruso`: what a restored assembly needs; all else there is a secret, or of the host that runs now. */
const kept: ReadonlySet<string> = new Set(['plugins', 'data', 'journal.jsonl'])
const momentary: ReadonlySet<string> = new Set(['nats.json', 'host.sock', 'caruso.log', 'commands.json', 'staging', 'changing.lock', 'starting.lock'])

/** Everything of an assembly's folder that a backup holds; what it leaves out and somebody may miss goes to `notes`. */
export async function contentOf(folder: string, secrets: boolean, notes: string[]): Promise<Content[]> {
  const found: Content[] = []
  const isWanted = (path: string): boolean => {
    const [top = '', ...inside] = path.split('/')
    // A host besides the main one keeps there what that keeps above.
    const [below, ...deeper] = inside[0] === 'hosts' ? inside.slice(2) : inside
    if (top !== own) return !leftOut.has(top) && (secrets || !top.startsWith('.env'))
    if (below === undefined || kept.has(below)) return true
    return secrets && !momentary.has(below) && !(deeper.length === 0 && below.startsWith('test-'))
  }
  for await (const path of paths(folder, '', isWanted)) {
    const content = await contentAt(folder, path, notes)
    if (content !== undefined) found.push(content)
  }
  const databases = new Set(found.filter(({ kind }) => kind === 'database').map(({ path }) => path))
  return found.filter(({ path }) => !databases.has(path.replace(/-(wal|shm|journal)$/, '')) || databases.has(path))
}

async function* paths(folder: string, below: string, isWanted: (path: string) => boolean): AsyncGenerator<string, void> {
  const entries = await entriesIn(join(folder, below))
  // What is said of a file that is not there holds for a folder too.
  if (entries === undefined) yield below
  for (const entry of (entries ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (!isWanted(path)) continue
    if (entry.isDirectory()) yield* paths(folder, path, isWanted)
    else if (entry.isFile() || entry.isSymbolicLink()) yield path
  }
}

async function entriesIn(folder: string): Promise<Dirent[] | undefined> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return undefined
  }
}

async function contentAt(folder: string, path: string, notes: string[]): Promise<Content | undefined> {
  const file = join(folder, path)
  try {
    const { size, mode, isSymbolicLink } = await lstat(file).then((stat) => ({ size: stat.size, mode: stat.mode & 0o777, isSymbolicLink: stat.isSymbolicLink() }))
    if (!isSymbolicLink) return { kind: (await isDatabase(file)) ? 'database' : 'file', path, file, size, mode }
    const to = await readlink(file)
    if (!leadsOut(folder, path, to)) return { kind: 'link', path, to, mode }
    notes.push(`left out: ${path}, a link to ${to}, which lies outside`)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    // Else it was there a moment ago: somebody works in the folder.
    if (path.includes('\ufffd')) notes.push(`left out: ${path}, whose name is not UTF-8`)
  }
  return undefined
}

/** Whether a link leads out of the folder it stands in. */
export function leadsOut(folder: string, path: string, to: string): boolean {
  const target = relative(folder, resolve(dirname(join(folder, path)), to))
  return target === '..' || target.startsWith('../') || target.startsWith('..\\') || resolve(to) === to
}
