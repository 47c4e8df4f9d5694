import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { BackupError } from './errors.ts'
import { padding, tarEnd, tarHeader, type TarEntry } from './tar.ts'

/** What is put into an archive: bytes, a file of a size that was seen, or a link. */
export type Packed =
  | (TarEntry & { readonly link: string })
  | (TarEntry & { readonly bytes: Buffer })
  | (TarEntry & { readonly file: string; hashed(sha256: string): void; written(bytes: number): void })

/** Writes a `.tar.gz` that only its user can read. Of a file that grows meanwhile it takes what was there. */
export async function writeTar(target: string, entries: AsyncIterable<Packed>): Promise<void> {
  await pipeline(Readable.from(bytesOf(entries), { objectMode: false }), createGzip(), createWriteStream(target, { mode: 0o600, flags: 'wx' }))
}

async function* bytesOf(entries: AsyncIterable<Packed>): AsyncGenerator<Buffer, void> {
  for await (const entry of entries) {
    yield tarHeader(entry)
    if ('bytes' in entry) yield entry.bytes
    else if ('file' in entry) yield* contentOf(entry)
    if (entry.link === undefined) yield padding(entry.size)
  }
  yield tarEnd
}

async function* contentOf({ file, size, hashed, written }: Extract<Packed, { readonly file: string }>): AsyncGenerator<Buffer, void> {
  const hash = createHash('sha256')
  let read = 0
  if (size > 0) {
    for await (const chunk of createReadStream(file, { end: size - 1 }) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      read += chunk.length
      written(chunk.length)
      yield chunk
    }
  }
  if (read !== size) throw new BackupError('BACKUP_FAILED', `Backed up "${file}": it had ${size} bytes, and ${read} a moment later; back up once more`)
  hashed(hash.digest('hex'))
}
