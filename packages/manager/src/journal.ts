import { codeOf, messageOf, type Static, Type, Value } from '@caruso/contract'
import { mkdir, open, readFile, truncate, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ManagerError } from './errors.ts'

/** Of an epoch that moves a component between hosts, as the host tells it that writes it. */
const Move = Type.Object({
  way: Type.Union([Type.Literal('out'), Type.Literal('in')]),
  /** The other host. */
  host: Type.String(),
  /** Of a component that comes in: the epoch of the other host, whose journal decides. */
  epoch: Type.Optional(Type.Integer({ minimum: 1 })),
  /** The host that the assembly file gave it to then: once it says something else, that counts again. */
  declared: Type.String(),
})
export type Move = Static<typeof Move>

/**
 * One line of the journal. `begin` opens an epoch; `switch` is its point of no return; the others end it.
 * `install` is the version a component first ran with, or was given because the assembly file asks for another range.
 * `settled` says that the assembly file has the last word again on where a component runs that was moved.
 */
const Entry = Type.Object({
  at: Type.String(),
  epoch: Type.Integer({ minimum: 1 }),
  component: Type.String(),
  step: Type.Union([Type.Literal('install'), Type.Literal('begin'), Type.Literal('switch'), Type.Literal('done'), Type.Literal('refused'), Type.Literal('discarded'), Type.Literal('rehearsed'), Type.Literal('interrupted'), Type.Literal('settled')]),
  action: Type.String(),
  from: Type.String(),
  to: Type.String(),
  who: Type.String(),
  why: Type.String(),
  detail: Type.String(),
  ms: Type.Number(),
  move: Type.Optional(Move),
})
export type JournalEntry = Static<typeof Entry>

const begins: readonly string[] = ['begin', 'install', 'settled']
/** What leaves nothing open; some begin an epoch and end it at once. */
const ends: readonly string[] = ['done', 'refused', 'discarded', 'rehearsed', 'interrupted', 'install', 'settled']

/** What runs and how it came to be, one JSON line per step, each on disk before the next step is taken. */
export class Journal {
  readonly #file: string
  readonly #handle: FileHandle
  readonly #entries: JournalEntry[]
  /** Until the last entry is written, or has failed. */
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(file: string, handle: FileHandle, entries: JournalEntry[]) {
    this.#file = file
    this.#handle = handle
    this.#entries = entries
  }

  /**
   * Opens the journal. A last line that a crash cut short is taken away: its step was never acted upon.
   *
   * @throws ManagerError `JOURNAL_INVALID` naming the line that is no entry
   */
  static async open(file: string): Promise<Journal> {
    await mkdir(dirname(file), { recursive: true })
    const { whole, cut } = await readLines(file)
    if (cut) await truncate(file, Buffer.byteLength(whole))
    const entries = entriesOf(file, whole)
    return new Journal(file, await open(file, 'a', 0o600), entries)
  }

  /** The entries of a journal that another process may be writing. */
  static async read(file: string): Promise<JournalEntry[]> {
    const { whole } = await readLines(file)
    return entriesOf(file, whole)
  }

  /** The next epoch. */
  get nextEpoch(): number {
    // What another host tells late ends an epoch after others.
    return this.#entries.reduce((last, { epoch }) => Math.max(last, epoch), 0) + 1
  }

  /** All entries, the oldest first. */
  entries(component?: string): readonly JournalEntry[] {
    return component === undefined ? this.#entries : this.#entries.filter((entry) => entry.component === component)
  }

  /** The entries that made a version of a component the one that runs, the newest first. */
  ran(component: string): JournalEntry[] {
    return this.entries(component).filter(({ step }) => step === 'switch' || step === 'install').toReversed()
  }

  /** Whether a version of a component was given up by the last swap to it. */
  discarded(component: string, version: string): boolean {
    return this.entries(component).findLast(({ step, to }) => to === version && (step === 'switch' || step === 'install' || step === 'discarded'))?.step === 'discarded'
  }

  /** The version that ran before the last switch. */
  previous(component: string): string | undefined {
    return this.lastSwitch(component)?.from
  }

  /** The last switch that can be taken back: none that was finalized since. */
  lastSwitch(component: string): JournalEntry | undefined {
    const last = this.#entries.findLast((entry) => entry.component === component && (entry.step === 'switch' || entry.action === 'finalize'))
    return last?.action === 'finalize' ? undefined : last
  }

  /** What became of an epoch in which a component was to leave: whether it was given away, or undefined while that is open. */
  gaveAway(component: string, epoch: number): boolean | undefined {
    const steps = this.entries(component).filter((entry) => entry.epoch === epoch).map(({ step }) => step)
    if (steps.includes('switch')) return true
    return steps.at(-1) === 'begin' ? undefined : false
  }

  /** Epochs that a crash left open: their last entry. */
  unfinished(): JournalEntry[] {
    return unfinishedOf(this.#entries)
  }

  /**
   * Writes an entry; resolves when it is on disk.
   *
   * @throws ManagerError `EPOCH_PASSED` when it begins another epoch than the next one
   */
  async append(entry: Omit<JournalEntry, 'at'>): Promise<void> {
    // One after the other: what takes back an entry that failed would take with it those written meanwhile.
    const written = this.#writing.then(async () => await this.#write(entry))
    this.#writing = Promise.allSettled([written])
    await written
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #write(entry: Omit<JournalEntry, 'at'>): Promise<void> {
    if (begins.includes(entry.step) && entry.epoch !== this.nextEpoch) throw new ManagerError('EPOCH_PASSED', `Began epoch ${entry.epoch} by component "${entry.component}": the next epoch of its host is ${this.nextEpoch}, so something was swapped since it was planned; plan it again`)
    const whole = { at: new Date().toISOString(), ...entry }
    const { size } = await this.#handle.stat()
    try {
      await this.#handle.appendFile(`${JSON.stringify(whole)}\n`)
      await this.#handle.datasync()
    } catch (cause) {
      // Whoever waits for it takes it as not written, so it must not count after a restart either.
      await this.#handle.truncate(size)
      throw new ManagerError('JOURNAL_INVALID', `Wrote journal ${JSON.stringify(this.#file)}: ${messageOf(cause)}`, { cause })
    }
    this.#entries.push(whole)
  }
}

/** Of the epochs that have not ended: their last entry. */
export function unfinishedOf(entries: readonly JournalEntry[]): JournalEntry[] {
  const last = new Map(entries.map((entry) => [entry.epoch, entry]))
  return [...last.values()].filter(({ step }) => !ends.includes(step))
}

async function readLines(file: string): Promise<{ whole: string; cut: boolean }> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return ''
    throw new ManagerError('JOURNAL_INVALID', `Read journal ${JSON.stringify(file)}: ${messageOf(error)}`, { cause: error })
  })
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return { whole, cut: whole.length < text.length }
}

function entriesOf(file: string, whole: string): JournalEntry[] {
  return whole.split('\n').slice(0, -1).map((line, index) => readEntry(file, line, index + 1))
}

function readEntry(file: string, line: string, number: number): JournalEntry {
  let entry: unknown
  try {
    entry = JSON.parse(line)
  } catch (cause) {
    throw new ManagerError('JOURNAL_INVALID', `Read journal ${JSON.stringify(file)}, line ${number}: it is not JSON`, { cause })
  }
  if (Value.Check(Entry, entry)) return entry
  throw new ManagerError('JOURNAL_INVALID', `Read journal ${JSON.stringify(file)}, line ${number}: it is no entry`)
}
