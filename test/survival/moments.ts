import { setTimeout as sleep } from 'node:timers/promises'
import { auditJournal } from './journal-audit.ts'
import type { Mark } from './kill-draw.ts'
import type { Site } from './site.ts'
import type { WitnessedLife } from './witness.ts'

/** The moment at which a swap comes to a mark. Where that is a step of an instance, the instance waits there. */
export class Moments {
  readonly #site: Site
  readonly #mark: Mark
  readonly #from: string
  readonly #come = Promise.withResolvers<void>()
  readonly #gone = Promise.withResolvers<void>()
  readonly #begun = performance.now()
  readonly #trace: string[] = []
  #over = false

  constructor(site: Site, mark: Mark, from: string) {
    this.#site = site
    this.#mark = mark
    this.#from = from
    site.witness.reached = async (life) => await this.#reached(life)
  }

  /** What happened when, in words. */
  get trace(): readonly string[] {
    return this.#trace
  }

  /** Resolves when the mark is reached. */
  get come(): Promise<void> {
    return this.#come.promise
  }

  note(words: string): void {
    this.#trace.push(`${(performance.now() - this.#begun).toFixed(0)} ms: ${words}`)
    if (words === this.#mark) this.#come.resolve()
  }

  /** Notes each step that the journal says, as soon as it is on disk. */
  async watchJournal(): Promise<void> {
    const { folder } = this.#site
    for (let size = folder.journalSize(); !this.#over; await sleep(1)) {
      if (folder.journalSize() === size) continue
      size = folder.journalSize()
      this.note(`journal ${auditJournal(folder).last}`)
    }
  }

  /** Holds nobody any more. */
  end(): void {
    this.#over = true
    this.#come.resolve()
    this.#gone.resolve()
    this.#site.witness.reached = () => Promise.resolve()
  }

  /** Lets go on who was held, and notes what still happens. */
  release(): void {
    this.#gone.resolve()
  }

  async #reached({ version, step }: WitnessedLife): Promise<void> {
    const words = `${version === this.#from ? 'old' : 'new'} ${step}`
    this.note(words)
    if (words === this.#mark) await this.#gone.promise
  }
}
