import fc from 'fast-check'
import { appendFile, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Journal, type JournalEntry } from '../src/journal.ts'

type Entry = Omit<JournalEntry, 'at'>

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caruso-journal-'))
  file = join(folder, 'own', 'journal.jsonl')
})

afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const entry = (epoch: number, step: JournalEntry['step'], from: string, to: string, component = 'desk'): Entry => ({ epoch, component, step, action: 'swap', from, to, who: 'ada', why: 'größer 🚀', detail: '', ms: 1 })

async function written(entries: readonly Entry[]): Promise<void> {
  const journal = await Journal.open(file)
  for (const one of entries) await journal.append(one)
  await journal.close()
}

async function opened<Result>(look: (journal: Journal) => Result | Promise<Result>): Promise<Result> {
  const journal = await Journal.open(file)
  try {
    return await look(journal)
  } finally {
    await journal.close()
  }
}

test('an entry is a line that others can read as soon as append() resolves, for the eyes of the user only', async () => {
  await opened(async (journal) => {
    await journal.append(entry(1, 'begin', '1.0.0', '1.1.0'))
    expect(await Journal.read(file)).toEqual(journal.entries())
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(2)
  })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('append() waits for the disk, and an entry that did not get there does not count', async () => {
  const journal = await Journal.open(file)
  const handle = await open(file, 'r')
  const prototype = Object.getPrototypeOf(handle) as typeof handle
  await handle.close()
  vi.spyOn(prototype, 'datasync').mockRejectedValueOnce(new Error('the disk is gone'))
  await expect(journal.append(entry(1, 'switch', '1.0.0', '1.1.0'))).rejects.toMatchObject({ code: 'JOURNAL_INVALID', message: expect.stringMatching(/^Wrote journal ".*": the disk is gone$/) })
  expect(journal.ran('desk')[0]?.to).toBeUndefined()
  expect(await readFile(file, 'utf8')).toBe('')
  await journal.append(entry(1, 'install', '1.0.0', '1.0.0'))
  await journal.close()
  expect(await opened((again) => again.ran('desk')[0]?.to)).toBe('1.0.0')
})

test('an entry that did not get to the disk takes none away that was appended at the same time, and of two epochs begun at once one is passed', async () => {
  const journal = await Journal.open(file)
  const handle = await open(file, 'r')
  const prototype = Object.getPrototypeOf(handle) as typeof handle
  await handle.close()
  const other = Promise.withResolvers<void>()
  const { datasync } = prototype
  vi.spyOn(prototype, 'datasync').mockImplementationOnce(async () => {
    await Promise.race([other.promise, setTimeout(100)])
    throw new Error('the disk is gone')
  }).mockImplementation(async function (this: typeof handle) {
    await datasync.call(this)
    other.resolve()
  })
  const lost = journal.append(entry(1, 'begin', '1.0.0', '1.1.0'))
  const kept = journal.append(entry(1, 'install', '1.0.0', '1.0.0', 'till'))
  await expect(lost).rejects.toMatchObject({ code: 'JOURNAL_INVALID' })
  await kept
  expect(await Journal.read(file)).toEqual(journal.entries())
  expect(journal.entries().map(({ component }) => component)).toEqual(['till'])
  const begun = await Promise.allSettled([journal.append(entry(2, 'begin', '1.0.0', '1.1.0')), journal.append(entry(2, 'begin', '1.0.0', '1.1.0', 'till'))])
  expect(begun.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  await journal.close()
})

test('a last line that was cut short is taken away, and the next one is whole again', async () => {
  await written([entry(1, 'install', '1.0.0', '1.0.0'), entry(2, 'begin', '1.0.0', '1.1.0')])
  await appendFile(file, '{"at":"2026-01-01T00:00:00.000Z","epoch":2,"component":"desk","step":"swit')
  expect(await Journal.read(file)).toHaveLength(2)
  await opened(async (journal) => {
    expect(journal.ran('desk')[0]?.to).toBe('1.0.0')
    await journal.append(entry(2, 'discarded', '1.0.0', '1.1.0'))
  })
  expect((await Journal.read(file)).map(({ step }) => step)).toEqual(['install', 'begin', 'discarded'])
})

test.each([
  ['is not JSON', 'epoch', 'it is not JSON'],
  ['is no entry', '{"epoch":0}', 'it is no entry'],
])('a line that %s is an error with its number', async (_what, line, found) => {
  await written([entry(1, 'install', '1.0.0', '1.0.0')])
  await appendFile(file, `${line}\n`)
  await expect(Journal.open(file)).rejects.toMatchObject({ code: 'JOURNAL_INVALID', message: `Read journal ${JSON.stringify(file)}, line 2: ${found}` })
})

test('current, previous and unfinished tell of each component by itself', async () => {
  await written([
    entry(1, 'install', '1.0.0', '1.0.0'),
    entry(2, 'install', '5.0.0', '5.0.0', 'asker'),
    entry(3, 'begin', '1.0.0', '1.1.0'),
    entry(3, 'switch', '1.0.0', '1.1.0'),
    entry(3, 'done', '1.0.0', '1.1.0'),
    entry(4, 'begin', '1.1.0', '1.2.0'),
    entry(4, 'refused', '1.1.0', '1.2.0'),
    entry(5, 'begin', '5.0.0', '5.1.0', 'asker'),
  ])
  await opened((journal) => {
    expect([journal.ran('desk')[0]?.to, journal.previous('desk')]).toEqual(['1.1.0', '1.0.0'])
    expect([journal.ran('asker')[0]?.to, journal.previous('asker')]).toEqual(['5.0.0', undefined])
    expect([journal.ran('nobody')[0]?.to, journal.previous('nobody')]).toEqual([undefined, undefined])
    expect(journal.unfinished().map(({ epoch, step }) => `${epoch} ${step}`)).toEqual(['5 begin'])
    expect(journal.entries('asker').map(({ epoch }) => epoch)).toEqual([2, 5])
    expect(journal.nextEpoch).toBe(6)
  })
})

/** The lines that a run of swaps writes, with the version that serves after each of them. */
const swaps = fc.array(fc.record({ to: fc.constantFrom('1.0.0', '1.1.0', '2.0.0'), end: fc.constantFrom('done', 'refused', 'discarded', 'crash before', 'crash after') }), { maxLength: 6 }).map((wanted) => {
  const lines: { readonly entry: Entry; readonly serves: string }[] = [{ entry: entry(1, 'install', '1.0.0', '1.0.0'), serves: '1.0.0' }]
  let serves = '1.0.0'
  for (const [index, { to, end }] of wanted.entries()) {
    const write = (step: JournalEntry['step'], from: string): void => void lines.push({ entry: entry(index + 2, step, from, to), serves })
    const from = serves
    write('begin', from)
    if (end === 'done' || end === 'crash after') {
      serves = to
      write('switch', from)
    }
    write(end.startsWith('crash') ? 'interrupted' : (end as 'done' | 'refused' | 'discarded'), from)
  }
  return lines
})

test('whatever a crash leaves of a journal, exactly one version is current: the last one whose switch is on disk', async () => {
  await fc.assert(
    fc.asyncProperty(swaps, fc.double({ min: 0, max: 1, noNaN: true }), async (lines, share) => {
      await rm(join(folder, 'own'), { recursive: true, force: true })
      await written(lines.map((line) => line.entry))
      const bytes = await readFile(file)
      const left = bytes.subarray(0, Math.round(bytes.length * share))
      const whole = left.toString('latin1').split('\n').length - 1
      await writeFile(file, left)
      await opened((journal) => {
        expect(journal.ran('desk')[0]?.to).toBe(lines[whole - 1]?.serves)
        const last = lines[whole - 1]?.entry
        expect(journal.unfinished().map(({ epoch }) => epoch)).toEqual(last?.step === 'begin' || last?.step === 'switch' ? [last.epoch] : [])
        expect(journal.entries()).toHaveLength(whole)
      })
      expect((await readFile(file)).length).toBe(left.lastIndexOf(0x0a) + 1)
    }),
    { numRuns: 150 },
  )
})

test('an epoch that ends after later ones does not bring back their numbers', async () => {
  await written([entry(1, 'begin', '1.0.0', '1.1.0', 'tally'), entry(2, 'begin', '1.0.0', '1.1.0'), entry(2, 'done', '1.0.0', '1.1.0'), entry(1, 'discarded', '1.0.0', '1.1.0', 'tally')])
  expect(await opened((journal) => journal.nextEpoch)).toBe(3)
})
