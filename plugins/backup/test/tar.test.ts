import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { padding, tarEnd, tarHeader } from '../src/tar.ts'
import { readTar } from '../src/tar-reader.ts'
import { writeTar, type Packed } from '../src/tar-writer.ts'
import { temporaryFolder } from '../../../test/command.ts'

const long = `${'folder/'.repeat(30)}naïve ☃.txt`
const texts = new Map([['short.txt', 'a'], ['empty', ''], ['block', 'b'.repeat(512)], ['above', 'c'.repeat(513)], ['large', 'd'.repeat(300_000)], [long, 'e'], ['at 12:30', 'f'], ['a\\b', 'g']])

test('what is written is read again, and by tar', async () => {
  const folder = temporaryFolder()
  const archive = join(folder, 'a.tar.gz')
  const hashes: string[] = []
  await writeTar(archive, packed(folder, hashes))
  expect(statSync(archive).mode & 0o777).toBe(0o600)
  expect(new Set(hashes).size).toBe(texts.size)
  const read = new Map<string, string>()
  for await (const entry of readTar(archive)) read.set(entry.path, entry.link === undefined ? await text(entry.content()) : `-> ${entry.link}`)
  expect(read).toEqual(new Map([...texts, ['link', `-> ${long}`], ['said', 'said']]))
  mkdirSync(join(folder, 'out'))
  execFileSync('tar', ['xzf', archive, '-C', join(folder, 'out')])
  for (const [path, content] of texts) expect(readFileSync(join(folder, 'out', path), 'utf8')).toBe(content)
  expect(readlinkSync(join(folder, 'out/link'))).toBe(long)
  expect(statSync(join(folder, 'out/short.txt')).mode & 0o777).toBe(0o640)
})

test('entries that nobody reads are skipped', async () => {
  const folder = temporaryFolder()
  await writeTar(join(folder, 'a.tar.gz'), packed(folder, []))
  const paths: string[] = []
  for await (const { path } of readTar(join(folder, 'a.tar.gz'))) paths.push(path)
  expect(paths).toEqual([...texts.keys(), 'link', 'said'])
})

const file = (path: string): Buffer => Buffer.concat([tarHeader({ path, size: 1, mode: 0o600 }), Buffer.from('x'), padding(1)])

test.each([
  ['a path that climbs', Buffer.concat([file('../x'), tarEnd]), /the path "\.\.\/x" leads out/],
  ['a path from the root', Buffer.concat([file('/etc/x'), tarEnd]), /leads out/],
  ['an end in the middle of a file', file('x').subarray(0, 513), /ends in the middle/],
  ['no end', file('x'), /ends in the middle/],
  ['a header that was changed', Buffer.concat([file('x').fill(7, 3, 4), tarEnd]), /checksum/],
  ['a folder', Buffer.concat([withKind(file('x'), '5'), tarEnd]), /"x" is neither a file nor a link/],
])('%s is refused', async (_, bytes, problem) => {
  const archive = join(temporaryFolder(), 'a.tar.gz')
  writeFileSync(archive, gzipSync(bytes))
  await expect(drain(archive)).rejects.toMatchObject({ code: 'BACKUP_INVALID', message: expect.stringMatching(problem) })
})

test('what is not gzipped is refused', async () => {
  const archive = join(temporaryFolder(), 'a.tar.gz')
  writeFileSync(archive, 'plain text')
  await expect(drain(archive)).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
})

test('a file that has shrunk since it was seen is told', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'journal'), 'abc')
  const entries = async function* (): AsyncGenerator<Packed, void> {
    yield { path: 'journal', size: 4, mode: 0o600, file: join(folder, 'journal'), hashed: () => undefined, written: () => undefined }
  }
  await expect(writeTar(join(folder, 'a.tar.gz'), entries())).rejects.toMatchObject({ code: 'BACKUP_FAILED', message: expect.stringContaining('it had 4 bytes, and 3 a moment later') })
})

async function* packed(folder: string, hashes: string[]): AsyncGenerator<Packed, void> {
  for (const [path, content] of texts) {
    const at = join(folder, String(hashes.length))
    writeFileSync(at, content)
    yield { path, size: content.length, mode: 0o640, file: at, hashed: (hash) => hashes.push(hash), written: () => undefined }
  }
  yield { path: 'link', size: 0, mode: 0o777, link: long }
  yield { path: 'said', size: 4, mode: 0o600, bytes: Buffer.from('said') }
}

async function drain(archive: string): Promise<void> {
  for await (const entry of readTar(archive)) await text(entry.content())
}

function withKind(bytes: Buffer, kind: string): Buffer {
  const changed = Buffer.from(bytes)
  changed.write(kind, 156)
  const sum = changed.subarray(0, 512).reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0)
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return changed
}
