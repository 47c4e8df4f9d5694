import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { codeOf, messageOf, Value } from '@caruso/contract'
import { type AssemblyFile, AssemblySchema } from './assembly-schema.ts'
import { checkAssembly } from './check-assembly.ts'
import { AssemblyError, type Mistake } from './errors.ts'
import { mainHost } from './host-name.ts'
import { below, placeOf } from './pointer.ts'
import { readSecrets } from './secrets.ts'
import { secretNames, substitute } from './substitution.ts'
import { parseYaml, type TextReader, type YamlDocument } from './yaml-document.ts'

/** One component of an assembly, with defaults filled in. */
export interface AssemblyComponent {
  /** An npm name, or a folder relative to the assembly. */
  readonly plugin: string
  /** A semver range. */
  readonly version: string
  readonly isolation: 'inline' | 'worker' | 'process'
  /** The name of the host that runs it. */
  readonly host: string
  /** Runs what lies in the plugin's folder of the project, whatever was taken in; nothing of that is journalled. */
  readonly watched?: true
  /** What calls of its own may do. */
  readonly permissions: readonly string[]
  /** Folders and files, relative to the assembly, that it may read in a process of its own. */
  readonly reads: readonly string[]
  /** Holds secrets in clear: print what `redact` makes of it. */
  readonly config: Readonly<Record<string, unknown>>
}

/** What `assembly.yaml` says, checked, with environment and secrets filled in. */
export interface Assembly {
  readonly name: string
  /** The absolute path of the folder that holds `assembly.yaml`. */
  readonly folder: string
  readonly file: string
  /** What stands in the file. */
  readonly text: string
  readonly components: Readonly<Record<string, AssemblyComponent>>
  /** The NATS server of the company's own; `tokenFile` is absolute. Without it, one is embedded. */
  readonly nats?: { readonly url: string; readonly tokenFile?: string }
  /** The environment it was read with, to read it once more. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What may be printed of the values that hold secrets, by JSON Pointer into the file. */
  readonly secrets: ReadonlyMap<string, string>
  /** Where everything stands in the file, by JSON Pointer. */
  readonly positions: YamlDocument['positions']
}

/**
 * Reads and checks `assembly.yaml` of a folder.
 *
 * @throws AssemblyError `ASSEMBLY_MISSING` when there is none, else `ASSEMBLY_INVALID` with every mistake in it
 */
export async function readAssembly(folder: string, { env }: { readonly env: Readonly<Record<string, string | undefined>> }): Promise<Assembly> {
  const root = resolve(folder)
  const file = join(root, 'assembly.yaml')
  return await parsed(root, file, await readText(file), env)
}

/**
 * The assembly as its file is now; where no letter of that has changed, what was read before, with the secrets of then,
 * since a host that serves calls has better to do than to parse it again.
 *
 * @throws as `readAssembly`
 */
export async function rereadAssembly(known: Assembly): Promise<Assembly> {
  const text = await readText(known.file)
  return text === known.text ? known : await parsed(known.folder, known.file, text, known.env)
}

/** The configuration of a component as it may be printed: `••••` in place of secrets. */
export function redact(assembly: Assembly, component: string, config: unknown = assembly.components[component]?.config): unknown {
  return redacted(config, below(below('/components', component), 'config'), assembly.secrets)
}

/** A mistake that was found later, such as in a plugin's configuration, with the line of the assembly file that it stands in. */
export function mistakeAt(assembly: Assembly, pointer: string, expected: string, found: string): Mistake {
  let known = pointer
  while (known !== '' && !assembly.positions.has(known)) known = known.slice(0, known.lastIndexOf('/'))
  const { line, column } = assembly.positions.get(known)?.[known === pointer ? 'value' : 'key'] ?? { line: 1, column: 1 }
  return { line, column, place: placeOf(pointer), expected, found }
}

const maxBytes = 1_048_576

async function parsed(folder: string, file: string, text: string, env: Assembly['env']): Promise<Assembly> {
  const secrets = await readSecrets(folder, secretNames(text), env)
  const shown = new Map<string, string>()
  const document = parseYaml(text, substitutingReader({ env, secrets }, shown))
  const mistakes = [...document.mistakes, ...(document.wellFormed ? checkAssembly(document, shown) : [])]
  if (mistakes.length > 0 || !Value.Check(AssemblySchema, document.value)) throw new AssemblyError(file, mistakes)
  return assemblyOf({ folder, file, text, env, secrets: shown, positions: document.positions }, document.value)
}

async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file)
  if (typeof bytes === 'string') throw whole(file, `a file of at most ${maxBytes} bytes`, bytes)
  const text = new TextDecoder().decode(bytes)
  if (!isUtf8(bytes)) {
    const before = text.slice(0, text.indexOf('\uFFFD')).split('\n')
    throw new AssemblyError(file, [{ line: before.length, column: (before.at(-1)?.length ?? 0) + 1, place: '', expected: 'text in UTF-8', found: 'other bytes' }])
  }
  if (text.split('\n').every((line) => /^\s*(#.*|---\s*)?$/.test(line))) throw whole(file, 'a mapping with the keys "assembly" and "components"', 'an empty file')
  return text
}

async function readBytes(file: string): Promise<Buffer | string> {
  try {
    await using handle = await open(file, 'r')
    const { size } = await handle.stat()
    return size > maxBytes ? `${size} bytes` : await handle.readFile()
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') throw new AssemblyError(file, [{ line: 1, column: 1, place: '', expected: 'a file assembly.yaml', found: 'none' }], 'ASSEMBLY_MISSING')
    throw whole(file, 'a readable file', codeOf(error) === 'EISDIR' ? 'a folder' : messageOf(error))
  }
}

function whole(file: string, expected: string, found: string): AssemblyError {
  return new AssemblyError(file, [{ line: 1, column: 1, place: '', expected, found }])
}

function substitutingReader(sources: Parameters<typeof substitute>[2], shown: Map<string, string>): TextReader {
  return (text, pointer, unquoted) => {
    const read = substitute(text, unquoted, sources)
    if ('expected' in read || read.shown === undefined) return read
    if (!/^\/(components\/[^/]+\/config|nats)\//.test(pointer)) return { expected: 'a value without secrets (they may stand in config and nats)', found: JSON.stringify(text) }
    shown.set(pointer, read.shown)
    return read
  }
}

function assemblyOf(origin: Pick<Assembly, 'folder' | 'file' | 'text' | 'env' | 'secrets' | 'positions'>, read: AssemblyFile): Assembly {
  // Without a prototype, since components are looked up by names that come from outside.
  const components: Record<string, AssemblyComponent> = Object.create(null)
  for (const [name, component] of Object.entries(read.components)) {
    components[name] = { version: '*', isolation: 'inline', host: mainHost, permissions: [], reads: [], config: {}, ...component }
  }
  const { nats } = read
  return {
    ...origin,
    name: read.assembly,
    components,
    ...(nats === undefined ? {} : { nats: { url: nats.url, ...(nats.tokenFile === undefined ? {} : { tokenFile: resolve(origin.folder, nats.tokenFile) }) } }),
  }
}

function redacted(value: unknown, pointer: string, secrets: ReadonlyMap<string, string>): unknown {
  const shown = secrets.get(pointer)
  if (shown !== undefined) return shown
  if (Array.isArray(value)) return value.map((item, index) => redacted(item, below(pointer, index), secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redacted(item, below(pointer, key), secrets)]))
}
