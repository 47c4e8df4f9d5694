import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { caruso, carusoBegun, carusoUntil, run, temporaryFolder } from '../../../test/command.ts'
import { backup } from '../src/backup.ts'
import { makeLedger } from './ledger.ts'

interface Told {
  readonly file: string
  readonly files: number
  readonly databases: number
  readonly notes: readonly string[]
}

test('a backup under writes, restored elsewhere and started, has the same data and the same history', { timeout: 300_000 }, async () => {
  const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()]
  makeLedger(folder, { books: true })
  await caruso(folder, 'add', './ledger')
  await caruso(folder, 'add', './releases/ledger-1.1.0')
  writeFileSync(join(folder, 'assembly.yaml'), readFileSync(join(folder, 'assembly.yaml'), 'utf8').replace('plugin: ./ledger', 'plugin: ledger\n    version: 1.0.0 || 1.1.0'))
  const up = await carusoUntil('Ready in', folder, 'up')
  expect(await caruso(folder, 'swap', 'ledger', '1.0.0', '--why', 'a way back')).toMatchObject({ code: 0 })
  const before = await counts(folder)
  const { code, output, errors } = await caruso(folder, 'backup', join(elsewhere, 'books.tar.gz'), '--secrets', '--json')
  expect([code, errors]).toEqual([0, ''])
  expect(JSON.parse(output)).toMatchObject({ assembly: 'books', databases: 1, secrets: true, notes: [] })
  const after = await counts(folder)
  const history = await caruso(folder, 'history', '--json')
  up.kill('SIGINT')
  await up.ended

  const restored = join(elsewhere, 'books')
  expect(await caruso(elsewhere, 'restore', join(elsewhere, 'books.tar.gz'), 'books')).toMatchObject({ code: 0, output: expect.stringMatching(/^Restored assembly books as it was at [^]*each verified\nType next: {2}cd books && npx caruso check\n$/) })
  writeFileSync(join(restored, 'assembly.yaml'), readFileSync(join(restored, 'assembly.yaml'), 'utf8').replace('books: true', 'books: false'))
  await carusoUntil('Ready in', restored, 'up')
  const { debits, credits } = await counts(restored)
  expect(debits).toBe(credits)
  expect(debits).toBeGreaterThanOrEqual(before.debits)
  expect(debits).toBeLessThan(after.debits)
  expect((await caruso(restored, 'history', '--json')).output).toBe(history.output)
  expect((await caruso(restored, 'ls')).output).toMatch(/ledger +1\.0\.0 /)
})

test('without secrets none are in it, and nothing that is only of the moment', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder()
  makeLedger(folder, { books: false })
  const up = await carusoUntil('Ready in', folder, 'up')
  up.kill('SIGINT')
  await up.ended
  mkdirSync(join(folder, 'node_modules/x'), { recursive: true })
  writeFileSync(join(folder, 'node_modules/x/index.js'), '')
  mkdirSync(join(folder, '.caruso/hosts/warehouse'), { recursive: true })
  for (const file of ['journal.jsonl', 'caruso.log']) writeFileSync(join(folder, '.caruso/hosts/warehouse', file), '')
  symlinkSync('customer.yaml', join(folder, 'model/person.yaml'))
  symlinkSync('/etc/hostname', join(folder, 'model/host'))
  const told = await backedUp(folder, 'backups/')
  expect(told.file).toMatch(/\/backups\/books-\d{8}T\d{6}Z\.tar\.gz$/)
  expect(told.notes).toEqual([expect.stringContaining('model/host, a link to /etc/hostname, which lies outside')])
  await caruso(folder, 'restore', told.file, 'again')
  const paths = readdirSync(join(folder, 'again'), { recursive: true, encoding: 'utf8' }).filter((path) => !statSync(join(folder, 'again', path)).isDirectory())
  expect(paths.toSorted()).toEqual(['.caruso/hosts/warehouse/journal.jsonl', '.caruso/journal.jsonl', 'assembly.yaml', 'data/crm.db', 'ledger/index.ts', 'ledger/package.json', 'model/customer.yaml', 'model/person.yaml', 'releases/ledger-1.1.0/index.ts', 'releases/ledger-1.1.0/package.json'])
  expect(gunzipSync(readFileSync(told.file)).includes('hunter2')).toBe(false)
  expect(statSync(join(folder, 'again/.caruso')).mode & 0o077).toBe(0)
  // A name of its own: those that are made up tell the second, and this may be the same one.
  const second = await backedUp(folder, 'backups/second.tar.gz')
  // The restored copy lies in the folder too, one of its paths being a link; the first backup is left out.
  expect(second.files).toBe(told.files + paths.length - 1)
})

test('files whose names Windows would not take come back, and one whose name is not UTF-8 is told', async () => {
  const folder = temporaryFolder()
  makeLedger(join(folder, 'books'), { books: false })
  writeFileSync(join(folder, 'books/at 12:30'), 'a')
  writeFileSync(join(folder, 'books/a\\b'), 'b')
  writeFileSync(Buffer.concat([Buffer.from(join(folder, 'books/caf')), Buffer.from([0xe9])]), '')
  mkdirSync(Buffer.concat([Buffer.from(join(folder, 'books/d')), Buffer.from([0xe9])]))
  const told = await backedUp(join(folder, 'books'), '../books.tar.gz')
  expect(told.notes).toEqual(['left out: caf\ufffd, whose name is not UTF-8', 'left out: d\ufffd, whose name is not UTF-8'])
  expect(await caruso(folder, 'restore', 'books.tar.gz', 'again')).toMatchObject({ code: 0 })
  expect(readdirSync(join(folder, 'again'))).toEqual(expect.arrayContaining(['at 12:30', 'a\\b']))
})

test('a restore that is ended or killed leaves nothing, and no other one is disturbed', async () => {
  const folder = temporaryFolder()
  const [ended, running] = ['.caruso-restore-999999999-abc', `.caruso-restore-${process.pid}-abc`]
  for (const name of [ended, running]) mkdirSync(join(folder, name))
  // Which nobody writes.
  await run(folder, 'mkfifo', 'slow.tar.gz')
  const begun = carusoBegun(folder, 'restore', 'slow.tar.gz', 'again')
  const scratch = (): string[] => readdirSync(folder).filter((name) => name.startsWith('.caruso-restore-'))
  await expect.poll(() => scratch().length === 2 && !scratch().includes(ended), { timeout: 20_000 }).toBe(true)
  begun.kill('SIGINT')
  expect(await begun.ended).toEqual({ code: null, output: '', errors: '' })
  expect(scratch()).toEqual([running])
})

test('a backup takes away what a killed one left, and takes in nothing that is in the making', async () => {
  const folder = temporaryFolder()
  makeLedger(join(folder, 'books'), { books: false })
  const [ended, running] = [`.caruso-backup-999999999-abc`, `.caruso-restore-${process.pid}-abc`]
  for (const name of [ended, running]) {
    mkdirSync(join(folder, 'books', name))
    writeFileSync(join(folder, 'books', name, 'half'), 'half')
  }
  await backedUp(join(folder, 'books'), 'books.tar.gz')
  expect(readdirSync(join(folder, 'books')).filter((name) => name.startsWith('.caruso-'))).toEqual([running])
  await caruso(folder, 'restore', 'books/books.tar.gz', 'again')
  expect(readdirSync(join(folder, 'again')).filter((name) => name.startsWith('.caruso-'))).toEqual([])
})

test('a database whose application was killed in the middle of a change is copied as it was before that', async () => {
  const folder = temporaryFolder()
  makeLedger(join(folder, 'books'), { books: false, crm: 'crm.db' })
  const killed = "const d = new (require('node:sqlite').DatabaseSync)('crm.db'); d.exec('pragma cache_size = 2; create table t (a); begin'); for (let i = 0; i < 500; i++) d.exec('insert into t values (randomblob(1000))'); process.kill(process.pid, 'SIGKILL')"
  await run(join(folder, 'books'), process.execPath, '-e', killed)
  expect(existsSync(join(folder, 'books/crm.db-journal'))).toBe(true)
  expect(await backedUp(join(folder, 'books'), '../books.tar.gz')).toMatchObject({ databases: 1, notes: [] })
  await caruso(folder, 'restore', 'books.tar.gz', 'again')
  using database = new DatabaseSync(join(folder, 'again/crm.db'))
  expect({ ...database.prepare('select count(*) as rows from t').get() }).toEqual({ rows: 0 })
})

test('files that are changed or taken away while a database is copied keep nobody from a backup', async () => {
  const folder = temporaryFolder()
  const [books, file] = [join(folder, 'books'), join(folder, 'b.tar.gz')]
  makeLedger(books, { books: false, crm: 'a.db' })
  new DatabaseSync(join(books, 'a.db')).exec('create table t (a)')
  for (const name of ['spool', 'state']) writeFileSync(join(books, name), 'a long text')
  const assembly = async () => await Promise.resolve({ name: 'books', folder: books, components: {} })
  const progress = (): void => {
    rmSync(join(books, 'spool'), { force: true })
    writeFileSync(join(books, 'state'), 'short')
  }
  const none = async (): Promise<never> => await Promise.reject(new Error('not asked'))
  await backup({ to: file }, { folder: books, terminal: { json: false, answer: () => undefined, progress }, assembly, plugin: none, alone: none, connected: none })
  expect(await caruso(folder, 'restore', 'b.tar.gz', 'again')).toMatchObject({ code: 0 })
  expect([readFileSync(join(folder, 'again/state'), 'utf8'), existsSync(join(folder, 'again/spool'))]).toEqual(['short', false])
})

test('a database outside of the folder comes along, and one that is only read there does not', async () => {
  const folder = temporaryFolder()
  const [own, legacy] = [join(folder, 'own.db'), join(folder, 'legacy.db')]
  for (const file of [own, legacy]) {
    const database = new DatabaseSync(file)
    database.exec('pragma journal_mode = wal; create table t (a); insert into t values (7)')
    database.close()
  }
  makeLedger(join(folder, 'books'), { books: false, crm: own })
  writeFileSync(join(folder, 'books/assembly.yaml'), readFileSync(join(folder, 'books/assembly.yaml'), 'utf8').replace('sources: {', `sources: { legacy: { kind: sqlite, file: '${legacy}', readonly: true },`))
  const told = await backedUp(join(folder, 'books'), '../books.tar.gz')
  expect(told.notes).toEqual([`left out: storage.legacy at ${legacy}, which lies outside and is only read here`, `storage.crm at ${own} lies outside: restored, it stands in .caruso/restored/storage.crm.sqlite`])
  const { output } = await caruso(folder, 'restore', 'books.tar.gz', 'again')
  expect(output).toContain(told.notes[1])
  const database = new DatabaseSync(join(folder, 'again/.caruso/restored/storage.crm.sqlite'))
  expect({ ...database.prepare('select a from t').get() }).toEqual({ a: 7 })
  database.close()
})

test('an assembly file with a mistake does not keep from a backup', async () => {
  const folder = temporaryFolder()
  makeLedger(folder, { books: false })
  writeFileSync(join(folder, 'assembly.yaml'), 'assembly: 7\n')
  const told = await backedUp(folder, 'b.tar.gz')
  expect(told.notes).toEqual([expect.stringMatching(/^databases outside of the folder were not looked for: Read assembly/)])
})

test.each([
  ['a byte that was changed', (bytes: Buffer) => gzipSync(changed(gunzipSync(bytes), 'class: customer', 'class: custodian')), /"model\/customer\.yaml" is not what was backed up: its checksum differs/],
  ['an end that is missing', (bytes: Buffer) => bytes.subarray(0, bytes.length - 200), /Read backup/],
  ['a manifest that is missing', (bytes: Buffer) => gzipSync(changed(gunzipSync(bytes), 'manifest.json', 'assembly/json')), /checksum does not hold/],
  ['another archive', () => gzipSync(Buffer.alloc(1024)), /it has no manifest: it was cut short, or is no backup; nothing was written/],
])('%s is refused, and nothing is written', async (_, change, problem) => {
  const folder = temporaryFolder()
  makeLedger(join(folder, 'books'), { books: false })
  await backedUp(join(folder, 'books'), '../b.tar.gz')
  writeFileSync(join(folder, 'b.tar.gz'), change(readFileSync(join(folder, 'b.tar.gz'))))
  expect(await caruso(folder, 'restore', 'b.tar.gz', 'again')).toMatchObject({ code: 1, output: '', errors: expect.stringMatching(problem) })
  expect(readdirSync(folder).toSorted()).toEqual(['b.tar.gz', 'books'])
})

test('nothing is written over', async () => {
  const folder = temporaryFolder()
  makeLedger(join(folder, 'books'), { books: false })
  await backedUp(join(folder, 'books'), '../b.tar.gz')
  expect(await caruso(join(folder, 'books'), 'backup', '../b.tar.gz')).toMatchObject({ code: 2, errors: expect.stringContaining('there is such a file already') })
  expect(await caruso(folder, 'restore', 'b.tar.gz', 'books')).toMatchObject({ code: 2, errors: expect.stringContaining('the folder is not empty') })
  expect(await caruso(folder, 'restore', 'c.tar.gz', 'again')).toMatchObject({ code: 2, errors: expect.stringContaining('there is no such file') })
  expect(existsSync(join(folder, 'again'))).toBe(false)
  mkdirSync(join(folder, 'empty'))
  expect(await caruso(folder, 'restore', 'b.tar.gz', 'empty')).toMatchObject({ code: 0 })
  cpSync(join(folder, 'empty'), join(folder, 'copy'), { recursive: true })
  expect(readdirSync(join(folder, 'copy')).toSorted()).toEqual(['assembly.yaml', 'ledger', 'model', 'releases'])
})

test('a backup needs an assembly', async () => {
  expect(await caruso('/', 'backup', '/tmp/none.tar.gz')).toMatchObject({ code: 2, errors: expect.stringContaining('found no assembly.yaml') })
})

async function backedUp(folder: string, to: string): Promise<Told> {
  const { output, errors } = await caruso(folder, 'backup', to, '--json')
  expect(errors).toBe('')
  return JSON.parse(output) as Told
}

async function counts(folder: string): Promise<{ readonly debits: number; readonly credits: number }> {
  const { output, errors } = await caruso(folder, 'call', 'ledger.counts', '--json')
  expect(errors).toBe('')
  return JSON.parse(output) as { debits: number; credits: number }
}

/** The bytes with a text in them exchanged for another of the same length. */
function changed(bytes: Buffer, from: string, to: string): Buffer {
  const at = bytes.indexOf(from)
  expect(at).toBeGreaterThan(0)
  bytes.write(to.slice(0, from.length), at)
  return bytes
}
