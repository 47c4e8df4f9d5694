import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readLock, verifyIntegrity, writeLock } from '../src/lock.ts'
import { integrityOf } from '../src/plugin-content.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caruso-lock-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

const integrity = `sha512-${'A'.repeat(86)}==`

test('readLock() finds nothing pinned where there is no file, or an empty one', async () => {
  expect(await readLock(folder)).toEqual([])
  await writeLock(folder, [])
  expect(await readLock(folder)).toEqual([])
})

test('writeLock() sorts by name and version, so that merges stay small', async () => {
  const entries = ['b 1.10.0', 'a 2.0.0', 'b 1.9.0', '@x/c 1.0.0-rc.1'].map((text) => ({ name: text.split(' ')[0] ?? '', version: text.split(' ')[1] ?? '', from: 'npm', integrity }))
  await writeLock(folder, entries)
  const text = await readFile(join(folder, 'assembly.lock'), 'utf8')
  expect(text.match(/^ *\S+:$/gm)).toEqual(['"@x/c":', '  1.0.0-rc.1:', 'a:', '  2.0.0:', 'b:', '  1.9.0:', '  1.10.0:'])
  expect(await readLock(folder)).toEqual([entries[3], entries[1], entries[2], entries[0]])
  await writeLock(folder, entries.toReversed())
  expect(await readFile(join(folder, 'assembly.lock'), 'utf8')).toBe(text)
  expect(await readdir(folder)).toEqual(['assembly.lock'])
})

const pin = `from: npm\n    integrity: ${integrity}\n`
const broken: readonly [kind: string, text: string, found: RegExp][] = [
  ['a merge conflict', 'a:\n<<<<<<< ours\n', /assembly\.lock:2:1 expected a merged file, found a merge conflict$/],
  ['broken YAML', 'a:\n  "1\n', /assembly\.lock:3:1 a: expected valid YAML/],
  ['a list', '- a\n', /assembly\.lock:1:1 expected plugins by name/],
  ['a pin without integrity', 'a:\n  1.0.0:\n    from: npm\n', /assembly\.lock:\d:\d a\.1\.0\.0: expected plugins by name.*integrity/],
  ['an integrity that is none', 'a:\n  1.0.0:\n    from: npm\n    integrity: md5-x\n', /assembly\.lock:4:16 a\.1\.0\.0\.integrity: expected/],
  ['a name that climbs out', `../a:\n  1.0.0:\n    ${pin}`, /assembly\.lock:2:3 \.\.\/a\.1\.0\.0: expected an npm name and a semantic version, found other keys$/],
  ['a version that climbs out', `a:\n  ../../b:\n    ${pin}`, /assembly\.lock:2:3 .*expected an npm name and a semantic version/],
]

test.each(broken)('readLock() refuses %s with its line', async (_kind, text, found) => {
  await writeFile(join(folder, 'assembly.lock'), text)
  await expect(readLock(folder)).rejects.toMatchObject({ code: 'LOCK_INVALID', message: expect.stringMatching(found) })
})

test('verifyIntegrity() accepts the content that was pinned and refuses any other', async () => {
  const plugin = join(folder, 'p')
  await mkdir(join(plugin, 'node_modules'), { recursive: true })
  await writeFile(join(plugin, 'index.js'), 'one')
  const entry = { name: 'p', version: '1.0.0', from: '../p', integrity: await integrityOf(plugin) }
  await writeFile(join(plugin, 'node_modules', 'x'), 'a dependency is not content')
  await verifyIntegrity(entry, plugin)
  await writeFile(join(plugin, 'index.js'), 'two')
  await expect(verifyIntegrity(entry, plugin)).rejects.toMatchObject({ code: 'INTEGRITY_MISMATCH' })
  await writeFile(join(plugin, 'index.js'), 'one')
  await writeFile(join(plugin, 'more.js'), '')
  await expect(verifyIntegrity(entry, plugin)).rejects.toMatchObject({ code: 'INTEGRITY_MISMATCH' })
})

test('integrityOf() tells a file from the same bytes under another name or split in two', async () => {
  const contents: Record<string, string>[] = [{ ab: 'c' }, { a: 'bc' }, { a: 'b', c: '' }, { 'a/b': 'c' }]
  const found = new Set<string>()
  for (const [index, files] of contents.entries()) {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder, String(index), path, '..'), { recursive: true })
      await writeFile(join(folder, String(index), path), text)
    }
    found.add(await integrityOf(join(folder, String(index))))
  }
  expect(found.size).toBe(contents.length)
})
