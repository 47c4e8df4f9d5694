import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManagerError } from '../src/errors.ts'
import { unpackTarball } from '../src/tarball.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caruso-tarball-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

function entry(name: string, text: string, kind = '0'): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write(`${Buffer.byteLength(text).toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(kind, 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512)
  body.write(text)
  return Buffer.concat([header, body])
}

async function unpack(...entries: readonly Buffer[]): Promise<void> {
  await writeFile(join(folder, 'x.tgz'), gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)])))
  await unpackTarball(join(folder, 'x.tgz'), join(folder, 'out'))
}

test('unpackTarball() takes off the outermost folder', async () => {
  await unpack(entry('package/', '', '5'), entry('package/a/b.txt', 'one'), entry('./package/c.txt', 'two'))
  expect(await readFile(join(folder, 'out', 'a', 'b.txt'), 'utf8')).toBe('one')
  expect(await readFile(join(folder, 'out', 'c.txt'), 'utf8')).toBe('two')
})

test('unpackTarball() reads long names of pax and GNU', async () => {
  const long = `package/${'d'.repeat(120)}/é.txt`
  const record = ` path=${long}\n`
  const length = Buffer.byteLength(record) + 3
  await unpack(entry('PaxHeader', `${length}${record}`, 'x'), entry('package/short', 'pax'), entry('././@LongLink', `${long}.gnu\0`, 'L'), entry('package/short', 'gnu'), entry('package/after', 'plain'))
  expect(await readFile(join(folder, 'out', 'd'.repeat(120), 'é.txt'), 'utf8')).toBe('pax')
  expect(await readFile(join(folder, 'out', 'd'.repeat(120), 'é.txt.gnu'), 'utf8')).toBe('gnu')
  expect(await readFile(join(folder, 'out', 'after'), 'utf8')).toBe('plain')
})

test('unpackTarball() leaves out dependencies and settings of npm', async () => {
  await unpack(entry('package/.npmrc', 'registry=x'), entry('package/node_modules/a/index.js', ''), entry('package/index.js', ''))
  expect(await readdir(join(folder, 'out'))).toEqual(['index.js'])
})

const refused: readonly [kind: string, entries: readonly Buffer[]][] = [
  ['a path that climbs out', [entry('package/../../evil', 'x')]],
  ['an absolute path', [entry('/package/evil', 'x')]],
  ['a path of Windows', [entry('package\\..\\evil', 'x')]],
  ['a drive', [entry('package/C:evil', 'x')]],
  ['a long name that climbs out', [entry('l', 'package/../../evil', 'L'), entry('package/fine', 'x')]],
  ['a symbolic link', [entry('package/link', '', '2')]],
  ['a hard link', [entry('package/link', '', '1')]],
  ['a device', [entry('package/device', '', '3')]],
  ['a file beside the outermost folder', [entry('evil', 'x')]],
  ['a broken checksum', [entry('package/a', 'x').fill('9', 100, 101)]],
]

test.each(refused)('unpackTarball() refuses %s, and writes nothing', async (_kind, entries) => {
  await expect(unpack(entry('package/first', 'x'), ...entries)).rejects.toMatchObject({ code: 'PLUGIN_INVALID' })
  expect(await readdir(folder)).toEqual(['x.tgz'])
})

test('unpackTarball() refuses what is cut off or no gzip', async () => {
  await writeFile(join(folder, 'x.tgz'), 'no gzip')
  await expect(unpackTarball(join(folder, 'x.tgz'), join(folder, 'out'))).rejects.toThrow(/^Unpacked ".*x\.tgz": incorrect header check$/)
  await writeFile(join(folder, 'x.tgz'), gzipSync(entry('package/a', 'x'.repeat(2000)).subarray(0, 1024)))
  await expect(unpackTarball(join(folder, 'x.tgz'), join(folder, 'out'))).rejects.toThrow(/it ends in the middle of a file$/)
})

test('unpackTarball() throws nothing but a ManagerError for a tarball with changed bytes', async () => {
  const good = Buffer.concat([entry('package/a', 'x'), entry('pax', '20 path=package/bcd\n', 'x'), entry('package/b', 'y'), Buffer.alloc(1024)])
  const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(changes, async (changed) => {
      const bytes = Buffer.from(good)
      for (const [at, byte] of changed) bytes[at] = byte
      await writeFile(join(folder, 'x.tgz'), gzipSync(bytes))
      await unpackTarball(join(folder, 'x.tgz'), join(folder, 'out')).catch((error: unknown) => expect(error).toBeInstanceOf(ManagerError))
    }),
    { numRuns: 300 },
  )
})
