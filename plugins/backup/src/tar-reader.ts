import { createReadStream } from 'node:fs'
import { sep } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { messageOf } from '@caruso/contract'
import { BackupError } from './errors.ts'
import { block, padding, readPax, readTarHeader, type TarEntry } from './tar.ts'

/** An entry whose content must be read, or skipped by asking for the next one. */
export interface ReadEntry extends TarEntry {
  content(): AsyncGenerator<Buffer, void>
}

/**
 * The entries of a `.tar.gz`, one after the other. Nothing but files and links is accepted, and no path that leads out.
 *
 * @throws BackupError `BACKUP_INVALID`
 */
export async function* readTar(file: string): AsyncGenerator<ReadEntry, void> {
  const bytes = new ByteReader(file)
  try {
    for (;;) {
      const entry = await nextEntry(bytes)
      if (entry === undefined) return
      let left = entry.size
      const content = async function* (): AsyncGenerator<Buffer, void> {
        while (left > 0) {
          const chunk = await bytes.some(left)
          left -= chunk.length
          yield chunk
        }
      }
      yield { ...entry, content }
      for await (const skipped of content()) void skipped
      await bytes.exactly(padding(entry.size).length)
    }
  } catch (cause) {
    throw asInvalid(file, cause)
  } finally {
    bytes.close()
  }
}

function asInvalid(file: string, cause: unknown): BackupError {
  return cause instanceof BackupError ? cause : new BackupError('BACKUP_INVALID', `Read backup "${file}": ${messageOf(cause)}`, { cause })
}

async function nextEntry(bytes: ByteReader): Promise<TarEntry | undefined> {
  let pax: ReadonlyMap<string, string> = new Map()
  for (;;) {
    const header = readTarHeader(await bytes.exactly(block))
    if (header === undefined) return undefined
    if (header.kind !== 'x') return checked({ ...header, path: pax.get('path') ?? header.path, size: Number(pax.get('size') ?? header.size), ...(pax.has('linkpath') ? { link: pax.get('linkpath') ?? '' } : {}) })
    pax = readPax(await bytes.exactly(header.size))
    await bytes.exactly(padding(header.size).length)
  }
}

// On Windows `\` parts folders and `:` names a drive; elsewhere both are letters, and a file may be called "12:30".
const leading = sep === '\\' ? /[\\\0:]/ : /\0/

function checked({ path, size, mode, kind, link }: TarEntry & { readonly kind: string }): TarEntry {
  if (kind !== '0' && kind !== '2') throw new RangeError(`"${path}" is neither a file nor a link`)
  if (path.startsWith('/') || leading.test(path) || path.split('/').some((part) => part === '..' || part === '.' || part === '')) throw new RangeError(`the path ${JSON.stringify(path)} leads out of it`)
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`"${path}" has no size`)
  return kind === '2' ? { path, size: 0, mode, link: link ?? '' } : { path, size, mode }
}

/** Bytes of a gzipped file by the number that is wanted. */
class ByteReader {
  readonly #file: string
  readonly #chunks: AsyncIterator<Buffer>
  readonly #end: () => void
  #rest: Buffer = Buffer.alloc(0)

  constructor(file: string) {
    this.#file = file
    const source = createReadStream(file)
    // What fails is told by the iterator.
    const gunzip = pipeline(source, createGunzip(), () => source.destroy())
    this.#chunks = (gunzip as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
    this.#end = () => gunzip.destroy()
  }

  async exactly(size: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let left = size; left > 0; ) {
      const part = await this.some(left)
      parts.push(part)
      left -= part.length
    }
    return Buffer.concat(parts)
  }

  /** At least one byte and at most so many. */
  async some(most: number): Promise<Buffer> {
    if (this.#rest.length === 0) this.#rest = await this.#next()
    const part = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(part.length)
    return part
  }

  close(): void {
    this.#end()
  }

  async #next(): Promise<Buffer> {
    try {
      const next = await this.#chunks.next()
      if (next.done !== true) return next.value
    } catch (cause) {
      throw asInvalid(this.#file, cause)
    }
    throw asInvalid(this.#file, new RangeError('it ends in the middle'))
  }
}
