import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Call } from '@caruso/contract'
import { FolderLibrary } from '../src/folder-library.ts'

const script = '<?xml version="1.0"?><dialog id="one" version="1.0.0" start="bye" languages="en" channels="web"><title>First</title><end id="bye" outcome="done"/></dialog>'
const call = {} as Call

test('read() takes in a change of the same size and time, and nothing where nothing changed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scripts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'one.xml')
  writeFileSync(file, script)
  const library = new FolderLibrary(folder, async () => ({ classes: {}, keys: {}, choices: {} }), { info: () => undefined, error: () => undefined })
  await library.read(call)
  const before = library.current
  expect(before.editions.get('one')?.script.titles).toBeDefined()
  await library.read(call)
  expect(library.current).toBe(before)
  const { atime, mtime } = statSync(file)
  writeFileSync(file, script.replace('First', 'Other'))
  utimesSync(file, atime, mtime)
  await library.read(call)
  expect(library.current.editions.get('one')?.id).not.toBe(before.editions.get('one')?.id)
  expect(Object.values(library.current.editions.get('one')?.texts ?? {})).toEqual([readFileSync(file, 'utf8')])
  rmSync(file)
  await library.read(call)
  expect(library.current.editions.size).toBe(0)
})

test('health tells of a folder that cannot be read, until it can be', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'scripts-')), 'dialogs')
  onTestFinished(() => rmSync(join(folder, '..'), { recursive: true, force: true }))
  writeFileSync(folder, 'no folder')
  const library = new FolderLibrary(folder, async () => ({ classes: {}, keys: {}, choices: {} }), { info: () => undefined, error: () => undefined })
  await library.read(call)
  expect(library.health).toEqual({ ok: false, detail: expect.stringContaining('Read the scripts in the folder') })
  rmSync(folder)
  await library.read(call)
  expect(library.health).toEqual({ ok: true, detail: '0 scripts' })
})

test('a file that an editor hides beside one that is open is no script', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scripts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'one.xml'), script)
  symlinkSync('ada@host.1:1', join(folder, '.#one.xml'))
  const library = new FolderLibrary(folder, async () => ({ classes: {}, keys: {}, choices: {} }), { info: () => undefined, error: () => undefined })
  await library.read(call)
  expect(library.health).toEqual({ ok: true, detail: '1 scripts' })
})
