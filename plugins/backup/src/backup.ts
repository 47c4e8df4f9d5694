import { codeOf, messageOf, type CommandContext, type InstalledAssembly, type Terminal } from '@caruso/contract'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { configuredDatabases } from './configured-databases.ts'
import { contentOf, type Content } from './content.ts'
import { copyDatabase } from './database-copy.ts'
import { BackupError } from './errors.ts'
import { contentFolder, manifestPath, type Manifest } from './manifest.ts'
import { Progress } from './progress.ts'
import { Scratch } from './scratch.ts'
import { size } from './size.ts'
import { writeTar, type Packed } from './tar-writer.ts'

/** Databases that lie outside of the assembly's folder come to stand here. */
const outside = '.caruso/restored'

/** `caruso backup`: the assembly's folder, its journal and its databases as they are at this moment, in one file. */
export async function backup({ to, secrets = false }: { readonly to: string; readonly secrets?: boolean }, context: CommandContext): Promise<void> {
  const notes: string[] = []
  const assembly = await assemblyOf(context, notes)
  const at = new Date().toISOString()
  const file = await fileFor(to, assembly, at)
  const content = (await contentOf(assembly.folder, secrets, notes)).filter(({ path }) => !isBackup(path, assembly))
  content.push(...(await furtherDatabases(assembly, content, notes)))
  const made: Manifest = { format: 1, assembly: assembly.name, at, caruso: manifest.version, node: process.version, secrets, components: await versionsOf(assembly, context, notes), files: [], links: [], notes }
  await using scratch = await Scratch.beside(file, 'backup')
  await writeTar(join(scratch.path, 'backup'), packed(content, made, scratch.path, context.terminal))
  await rename(join(scratch.path, 'backup'), file)
  await tell(file, made, context.terminal)
}

async function tell(file: string, { assembly, at, files, secrets, notes }: Manifest, terminal: Terminal): Promise<void> {
  const bytes = (await stat(file)).size
  const databases = files.filter(({ database }) => database).length
  terminal.answer({ file, bytes, assembly, at, files: files.length, databases, secrets, notes }, () =>
    [
      `Backed up assembly ${assembly}: ${files.length} files, ${databases} of them databases, in ${size(bytes)}`,
      ...notes.map((note) => `  ${note}`),
      ...(secrets ? [] : ['  without secrets; --secrets takes them in']),
      `Restore it:  npx caruso restore ${relative(process.cwd(), file)} FOLDER`,
    ].join('\n'),
  )
}

/** A backup is wanted above all when something is wrong, so an assembly file with a mistake does not keep from it. */
async function assemblyOf(context: CommandContext, notes: string[]): Promise<InstalledAssembly> {
  try {
    return await context.assembly()
  } catch (error) {
    if (context.folder === undefined) throw error
    notes.push(`databases outside of the folder were not looked for: ${messageOf(error)}`)
    return { name: basename(context.folder), folder: context.folder, components: {} }
  }
}

async function fileFor(to: string, { name }: InstalledAssembly, at: string): Promise<string> {
  const isFolder = /[\\/]$/.test(to) || (existsSync(to) && (await stat(to)).isDirectory())
  const file = resolve(isFolder ? join(to, `${name}-${at.replaceAll(/[-:]|\.\d+/g, '')}.tar.gz`) : to)
  if (existsSync(file)) throw new BackupError('USAGE', `Backed up assembly "${name}" to "${file}": there is such a file already`)
  await mkdir(dirname(file), { recursive: true })
  return file
}

/** Backups that lie in the folder, made or in the making, are not backed up again. */
function isBackup(path: string, { name }: InstalledAssembly): boolean {
  const file = basename(path)
  return Scratch.holds(path) || (file.startsWith(`${name}-`) && /-\d{8}T\d{6}Z\.tar\.gz$/.test(file))
}

/** The databases of the storage that the folder itself does not show. */
async function furtherDatabases(assembly: InstalledAssembly, content: readonly Content[], notes: string[]): Promise<Content[]> {
  const further: Content[] = []
  for (const { name, file, path, readonly } of configuredDatabases(assembly)) {
    if (content.some((one) => one.path === path)) continue
    if (path === undefined && readonly) {
      notes.push(`left out: ${name} at ${file}, which lies outside and is only read here`)
      continue
    }
    const place = path ?? `${outside}/${name}.sqlite`
    if (path === undefined) notes.push(`${name} at ${file} lies outside: restored, it stands in ${place}`)
    further.push({ kind: 'database', path: place, file, size: (await stat(file)).size, mode: 0o600 })
  }
  return further
}

async function versionsOf({ components }: InstalledAssembly, context: CommandContext, notes: string[]): Promise<Manifest['components']> {
  const versions: Manifest['components'] = []
  for (const [component, { plugin }] of Object.entries(components)) {
    try {
      const { name, version, folder } = await context.plugin(component)
      versions.push({ component, plugin: name, version })
      if (plugin.startsWith('.') && relative(context.folder ?? '', folder).startsWith('..')) notes.push(`left out: component ${component} runs from ${plugin}, which lies outside`)
    } catch (error) {
      notes.push(`component ${component}: ${messageOf(error)}`)
    }
  }
  return versions
}

async function* packed(content: readonly Content[], made: Manifest, scratch: string, terminal: Terminal): AsyncGenerator<Packed, void> {
  const progress = new Progress(content.reduce((sum, one) => sum + (one.kind === 'link' ? 0 : one.size), 0), terminal)
  for (const one of content) {
    const path = contentFolder + one.path
    if (one.kind === 'link') {
      made.links.push({ path: one.path, to: one.to })
      yield { path, size: 0, mode: one.mode, link: one.to }
      continue
    }
    const file = one.kind === 'database' ? await copied(one.file, one.path, scratch, progress) : one.file
    // To copy a database takes its time, in which a file that was seen before may have changed, or gone.
    const bytes = await sizeOf(file)
    if (bytes === undefined) continue
    let sha256 = ''
    yield { path, size: bytes, mode: one.mode, file, hashed: (hash) => (sha256 = hash), written: (done) => progress.add(done) }
    made.files.push({ path: one.path, bytes, sha256, ...(one.kind === 'database' ? { database: true } : {}) })
    if (one.kind === 'database') await rm(file)
  }
  const bytes = Buffer.from(`${JSON.stringify(made, undefined, 2)}\n`)
  yield { path: manifestPath, size: bytes.length, mode: 0o600, bytes }
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return undefined
  }
}

async function copied(file: string, path: string, scratch: string, progress: Progress): Promise<string> {
  progress.step(`database ${path}`)
  const copy = join(scratch, 'database')
  await copyDatabase(file, copy)
  return copy
}
