import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

/** The repository as the rules see it: the text of every file by its path from the root. */
export type Files = ReadonlyMap<string, string>

const skippedFolders: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.caruso', 'coverage'])
const textEndings: ReadonlySet<string> = new Set(['', '.ts', '.tsx', '.js', '.mjs', '.css', '.html', '.json', '.md', '.yaml', '.yml', '.sql', '.txt', '.svg'])

/** The folder of this repository. */
export const root = join(import.meta.dirname, '../..')

/** Everything that is written by hand or checked in below a folder. */
export function readFiles(folder: string): Files {
  const files = new Map<string, string>()
  collect(folder, '', files)
  return files
}

function collect(folder: string, below: string, files: Map<string, string>): void {
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory() && !skippedFolders.has(entry.name)) collect(folder, path, files)
    if (entry.isFile() && textEndings.has(extname(entry.name))) files.set(path, readFileSync(join(folder, path), 'utf8'))
  }
}
