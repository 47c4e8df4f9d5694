import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { messageOf } from '@caruso/contract'
import { ManagerError } from './errors.ts'
import { isContent } from './plugin-content.ts'

const block = 512
const maxBytes = 268_435_456

/**
 * Unpacks a tarball as `npm pack` makes it (gzip; ustar with pax or GNU long names), without its outermost folder.
 * Links, devices, absolute paths and paths that climb out are refused before anything is written.
 *
 * @throws ManagerError `PLUGIN_INVALID`
 */
export async function unpackTarball(file: string, folder: string): Promise<void> {
  const entries = entriesOf(file, await decompress(file))
  try {
    for (const { path, bytes } of entries) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), bytes)
    }
  } catch (error) {
    throw invalid(file, messageOf(error), error)
  }
}

interface TarEntry {
  readonly path: string
  readonly bytes: Uint8Array
}

async function decompress(file: string): Promise<Buffer> {
  try {
    return await promisify(gunzip)(await readFile(file), { maxOutputLength: maxBytes })
  } catch (error) {
    throw invalid(file, messageOf(error), error)
  }
}

function entriesOf(file: string, archive: Buffer): TarEntry[] {
  const entries = new Map<string, TarEntry>()
  let longName: string | undefined
  for (let at = 0; at + block <= archive.length && archive[at] !== 0; ) {
    const header = archive.subarray(at, at + block)
    if (!checksumHolds(header)) throw invalid(file, `no tar header at byte ${at}`)
    const size = numberIn(header, 124, 12)
    const bytes = archive.subarray(at + block, at + block + size)
    if (!Number.isSafeInteger(size) || bytes.length !== size) throw invalid(file, 'it ends in the middle of a file')
    const kind = String.fromCharCode(header[156] ?? 0)
    at += block + Math.ceil(size / block) * block
    if (kind === 'x') longName = paxPath(bytes) ?? longName
    else if (kind === 'L') longName = textIn(bytes, 0, bytes.length)
    else if (kind !== 'g') {
      const path = checkedPath(file, longName ?? nameIn(header), kind)
      longName = undefined
      if (path !== undefined && isContent(path)) entries.set(path, { path, bytes })
    }
  }
  return [...entries.values()]
}

/** The path below the outermost folder; undefined for folders. */
function checkedPath(file: string, name: string, kind: string): string | undefined {
  const parts = name.split('/').filter((part) => part !== '.' && part !== '')
  if (name.startsWith('/') || /[\\\0:]/.test(name) || parts.includes('..')) throw invalid(file, `the path ${JSON.stringify(name)} leads out of it`)
  if (kind === '5') return undefined
  if (kind !== '0' && kind !== '\0') throw invalid(file, `${JSON.stringify(name)} is neither a file nor a folder`)
  if (parts.length < 2) throw invalid(file, `${JSON.stringify(name)} lies outside of its outermost folder`)
  return parts.slice(1).join('/')
}

function nameIn(header: Buffer): string {
  const prefix = textIn(header, 257, 5) === 'ustar' ? textIn(header, 345, 155) : ''
  const name = textIn(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

/** The `path` of a pax header: records of `LENGTH KEY=VALUE\n`, where the length counts bytes. */
function paxPath(bytes: Buffer): string | undefined {
  let path: string | undefined
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(' ', at)
    const length = space < 0 ? Number.NaN : Number(bytes.toString('latin1', at, space))
    if (!(length > 0)) return path
    const record = bytes.toString('utf8', space + 1, at + length - 1)
    if (record.startsWith('path=')) path = record.slice('path='.length)
    at += length
  }
  return path
}

function checksumHolds(header: Buffer): boolean {
  let sum = 0
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte
  return sum === numberIn(header, 148, 8)
}

function numberIn(header: Buffer, start: number, length: number): number {
  const digits = textIn(header, start, length).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
}

function textIn(bytes: Buffer, start: number, length: number): string {
  const end = bytes.indexOf(0, start)
  return bytes.toString('utf8', start, end < 0 || end > start + length ? start + length : end)
}

function invalid(file: string, found: string, cause?: unknown): ManagerError {
  return new ManagerError('PLUGIN_INVALID', `Unpacked ${JSON.stringify(file)}: ${found}`, { cause })
}
