import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, Type, Value } from '@caruso/contract'
import { compare, valid } from 'semver'
import { stringify } from 'yaml'
import { lineOf, ManagerError, type Mistake, type Position } from './errors.ts'
import { isPackageName } from './package-name.ts'
import { integrityOf } from './plugin-content.ts'
import { below, placeOf } from './pointer.ts'
import { writeAtomically } from './write-atomically.ts'
import { parseYaml, type YamlDocument } from './yaml-document.ts'

/** One version of a plugin that an assembly has taken in. */
export interface LockEntry {
  readonly name: string
  readonly version: string
  /** `npm`, or the path of the folder or tarball, relative to the assembly where it can be. */
  readonly from: string
  /** `sha512-…` over its content. */
  readonly integrity: string
}

const Pin = Type.Object({ from: Type.String({ minLength: 1 }), integrity: Type.String({ pattern: '^sha512-[A-Za-z0-9+/]{86}==$' }) }, { additionalProperties: false })
const LockFile = Type.Union([Type.Null(), Type.Record(Type.String(), Type.Record(Type.String(), Pin))])

/**
 * Reads `assembly.lock`; where there is none, nothing is pinned.
 *
 * @throws ManagerError `LOCK_INVALID` with the line of the first mistake
 */
export async function readLock(folder: string): Promise<LockEntry[]> {
  const file = join(folder, 'assembly.lock')
  const text = await readText(file)
  const conflict = text.split('\n').findIndex((line) => /^(<{7}|={7}|>{7})/.test(line))
  if (conflict >= 0) throw broken(file, { line: conflict + 1, column: 1, place: '', expected: 'a merged file', found: 'a merge conflict' })
  const document = parseYaml(text)
  const [mistake] = document.mistakes
  if (mistake) throw broken(file, mistake)
  if (!Value.Check(LockFile, document.value)) {
    const [error] = Value.Errors(LockFile.anyOf[1], document.value).toReversed()
    const pointer = error?.instancePath ?? ''
    const { line, column } = document.positions.get(pointer)?.value ?? { line: 1, column: 1 }
    throw broken(file, { line, column, place: placeOf(pointer), expected: 'plugins by name, then by version, each with "from" and "integrity"', found: error?.message ?? 'something else' })
  }
  const entries = Object.entries(document.value ?? {}).flatMap(([name, versions]) => Object.entries(versions).map(([version, pin]) => ({ name, version, ...pin })))
  const unsafe = entries.find(({ name, version }) => !isPackageName(name) || valid(version) !== version)
  if (unsafe) throw broken(file, { ...keyPosition(document, unsafe), place: `${unsafe.name}.${unsafe.version}`, expected: 'an npm name and a semantic version', found: 'other keys' })
  return entries
}

/** Writes `assembly.lock` whole or not at all, sorted by name and version, one line per fact, so that it merges well. */
export async function writeLock(folder: string, entries: readonly LockEntry[]): Promise<void> {
  const plugins: Record<string, Record<string, { from: string; integrity: string }>> = {}
  for (const { name, version, from, integrity } of entries.toSorted((a, b) => compareText(a.name, b.name) || compare(a.version, b.version))) {
    plugins[name] = { ...plugins[name], [version]: { from, integrity } }
  }
  const body = entries.length === 0 ? '' : stringify(plugins, { lineWidth: 0 })
  await writeAtomically(join(folder, 'assembly.lock'), `# Written by caruso add and caruso prune. Keep it under version control.\n${body}`)
}

/**
 * Checks that an installed folder holds what was pinned.
 *
 * @throws ManagerError `INTEGRITY_MISMATCH`
 */
export async function verifyIntegrity(entry: LockEntry, folder: string): Promise<void> {
  const found = await integrityOf(folder)
  if (found === entry.integrity) return
  throw new ManagerError(
    'INTEGRITY_MISMATCH',
    `Verified plugin "${entry.name}" ${entry.version} in ${JSON.stringify(folder)}: expected ${entry.integrity} as pinned in assembly.lock, found ${found}`,
  )
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
}

function keyPosition({ positions }: YamlDocument, { name, version }: LockEntry): Position {
  return positions.get(below(below('', name), version))?.key ?? { line: 1, column: 1 }
}

function broken(file: string, mistake: Mistake): ManagerError {
  return new ManagerError('LOCK_INVALID', `Read ${JSON.stringify(file)}: ${lineOf('assembly.lock', mistake)}`, { details: [mistake] })
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
