import type { CommandContext } from '@caruso/contract'
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, readdir, rename, rmdir, symlink } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { leadsOut } from './content.ts'
import { BackupError } from './errors.ts'
import { contentFolder, manifestPath, readManifest, type Manifest, type ManifestFile } from './manifest.ts'
import { Progress } from './progress.ts'
import { Scratch } from './scratch.ts'
import { readTar, type ReadEntry } from './tar-reader.ts'

/** `caruso restore`: what was backed up, into an empty folder; whole and as it was, or not at all. */
export async function restore({ file: typed, folder: to }: { readonly file: string; readonly folder: string }, { terminal }: CommandContext): Promise<void> {
  const [file, folder] = [resolve(typed), resolve(to)]
  if (!existsSync(file)) throw new BackupError('USAGE', `Restored "${file}": there is no such file`)
  if (existsSync(folder) && (await readdir(folder)).length > 0) throw new BackupError('USAGE', `Restored "${file}" into "${folder}": the folder is not empty`)
  await mkdir(dirname(folder), { recursive: true })
  await using scratch = await Scratch.beside(folder, 'restore')
  const manifest = await unpack(file, scratch.path, new Progress(undefined, terminal))
  if (existsSync(folder)) await rmdir(folder)
  await rename(scratch.path, folder)
  const { assembly, at, files, notes, secrets } = manifest
  const databases = files.filter(({ database }) => database).length
  terminal.answer({ folder, assembly, at, files: files.length, databases, secrets, notes }, () =>
    [
      `Restored assembly ${assembly} as it was at ${at}: ${files.length} files, ${databases} of them databases, each verified`,
      ...notes.map((note) => `  ${note}`),
      ...(secrets ? [] : ['  secrets were not in it; where there were any, put them into .caruso/secrets again']),
      `Type next:  cd ${relative(process.cwd(), folder) || '.'}${files.some(({ path }) => path === 'package.json') ? ' && npm install' : ''} && npx caruso check`,
    ].join('\n'),
  )
}

/** Unpacks and verifies; links are made last, so that nothing is written through one. */
async function unpack(file: string, folder: string, progress: Progress): Promise<Manifest> {
  const found = new Map<string, ManifestFile>()
  const links = new Map<string, string>()
  let manifest: Manifest | undefined
  for await (const entry of readTar(file)) {
    const path = entry.path.slice(contentFolder.length)
    if (entry.path === manifestPath) manifest = readManifest(file, await text(entry.content()))
    else if (!entry.path.startsWith(contentFolder)) throw invalid(file, `it has ${JSON.stringify(entry.path)}, which is no part of a backup`)
    else if (entry.link !== undefined) links.set(path, entry.link)
    else found.set(path, await write(entry, path, folder, progress))
  }
  if (manifest === undefined) throw invalid(file, 'it has no manifest: it was cut short, or is no backup')
  for (const problem of differences(manifest, found, links)) throw invalid(file, problem)
  for (const [path, to] of links) {
    if (leadsOut(folder, path, to)) throw invalid(file, `the link ${JSON.stringify(path)} leads out of it`)
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await symlink(to, join(folder, path))
  }
  return manifest
}

async function write(entry: ReadEntry, path: string, folder: string, progress: Progress): Promise<ManifestFile> {
  const target = join(folder, path)
  const hash = createHash('sha256')
  const hashed = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of chunks) {
      hash.update(chunk)
      progress.add(chunk.length)
      yield chunk
    }
  }
  // What is in there may be a secret, or data.
  await mkdir(dirname(target), { recursive: true, ...(path.startsWith('.caruso/') ? { mode: 0o700 } : {}) })
  await pipeline(entry.content(), hashed, createWriteStream(target, { mode: entry.mode, flags: 'wx' }))
  return { path, bytes: entry.size, sha256: hash.digest('hex') }
}

function differences({ files, links }: Manifest, found: ReadonlyMap<string, ManifestFile>, foundLinks: ReadonlyMap<string, string>): string[] {
  const expected = new Set(files.map(({ path }) => path))
  return [
    ...files.filter(({ path }) => !found.has(path)).map(({ path }) => `${JSON.stringify(path)} is missing`),
    ...files.filter(({ path, sha256, bytes }) => found.has(path) && (found.get(path)?.sha256 !== sha256 || found.get(path)?.bytes !== bytes)).map(({ path }) => `${JSON.stringify(path)} is not what was backed up: its checksum differs`),
    ...[...found.keys()].filter((path) => !expected.has(path)).map((path) => `${JSON.stringify(path)} was not backed up`),
    ...[...foundLinks].filter(([path, to]) => !links.some((link) => link.path === path && link.to === to)).map(([path]) => `the link ${JSON.stringify(path)} was not backed up`),
  ]
}

function invalid(file: string, found: string): BackupError {
  return new BackupError('BACKUP_INVALID', `Restored "${basename(file)}": ${found}; nothing was written`)
}
