import { type Bus, clientOf } from '@caruso/bus'
import { codeOf, messageOf, narrow, type Call, type Client } from '@caruso/contract'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KeeperFolder } from './keeper-folder.ts'
import { Keeper, Notes } from './keeper/contract.ts'

export const operator = { component: 'operator', grants: [], identity: 'ada', permissions: ['manage'] }

/** How many calls that must not be repeated are under way at any time; of those that may be, as many. */
const inFlight = 3

/** Calls that flow without a pause, each with an idempotency key of its own. */
export class Callers {
  readonly #bus: Bus
  readonly #keeper: Client<typeof Keeper>
  readonly #notes: Client<typeof Notes>
  readonly #prefix: string
  readonly #loops: Promise<void>[]
  readonly #written: string[] = []
  readonly #booked: string[] = []
  /** The ids of notes by the line of descent of the state that took them. */
  readonly #noted = new Map<string, string[]>()
  readonly #errors: string[] = []
  #lost = 0
  #mayLose = 0
  #sent = 0
  #over = false

  /** @param prefix with which the ids begin; nobody else's do */
  constructor(bus: Bus, prefix: string, state: 'with' | 'without') {
    this.#bus = bus
    this.#keeper = clientOf(Keeper, bus.outlet(Keeper, operator))
    this.#notes = clientOf(Notes, bus.outlet(Notes, operator))
    this.#prefix = prefix
    const once = state === 'with' ? [this.#write, this.#note, this.#note] : [this.#write, this.#write, this.#write]
    this.#loops = [...once, ...Array.from({ length: inFlight }, () => this.#book)].map((call) => this.#loop(call))
  }

  /** Resolves when calls flow: when so many more were answered. */
  async flow(answers = 30): Promise<void> {
    for (const before = this.answered; this.answered < before + answers && !this.#over; ) await sleep(2)
  }

  /** Calls no more. */
  stop(): void {
    this.#over = true
  }

  /** Says that something is killed: what is under way may be lost. */
  expectKill(): void {
    this.#mayLose += inFlight
  }

  /** From here on nothing may be lost any more. */
  expectCalm(): void {
    this.#mayLose = Math.min(this.#mayLose, this.#lost)
  }

  /** Ends when what is under way has ended; resolves to what was wrong. */
  async end(folder: KeeperFolder): Promise<string[]> {
    this.stop()
    await Promise.all(this.#loops)
    const mine = folder.written().filter((id) => id.startsWith(this.#prefix))
    const [written, booked] = [new Set(mine), folder.booked()]
    const complaints = [...this.#errors]
    if (this.#lost > this.#mayLose) complaints.push(`${this.#lost} calls were lost, ${this.#mayLose} could have been under way at the kill`)
    if (written.size < mine.length) complaints.push(`was done twice: ${mine.filter((id, at) => mine.indexOf(id) !== at).join(', ')}`)
    const missing = [...this.#written.filter((id) => !written.has(id)), ...this.#booked.filter((id) => !booked.has(id))]
    if (missing.length > 0) complaints.push(`was answered and is not on disk: ${missing.join(', ')}`)
    return complaints
  }

  /** The line of descent of the state that is held now, and what that line had taken and does not have; both empty without state. */
  async notes(): Promise<{ readonly line: string; readonly missing: readonly string[] }> {
    const taken = new Map([...this.#noted].map(([line, ids]) => [line, [...ids]]))
    const { line, ids } = await this.#notes.list({ prefix: this.#prefix }, this.#call())
    const held = new Set(ids)
    return { line, missing: (taken.get(line) ?? []).filter((id) => !held.has(id)) }
  }

  /** How many calls were answered. */
  get answered(): number {
    return this.#written.length + this.#booked.length + [...this.#noted.values()].reduce((sum, { length }) => sum + length, 0)
  }

  #call(): Call {
    return this.#bus.call({ ...operator, timeout: 25_000 })
  }

  async #loop(call: (id: string, context: Call) => Promise<void>): Promise<void> {
    while (!this.#over) {
      const id = `${this.#prefix}${this.#sent++}`
      await call.call(this, id, narrow(this.#call(), { key: id }))
      await sleep(5)
    }
  }

  async #write(id: string, context: Call): Promise<void> {
    await this.#orLost(id, async () => {
      await this.#keeper.write({ id }, context)
      this.#written.push(id)
    })
  }

  async #note(id: string, context: Call): Promise<void> {
    await this.#orLost(id, async () => {
      const { line } = await this.#notes.note({ id }, context)
      this.#noted.set(line, [...(this.#noted.get(line) ?? []), id])
    })
  }

  async #book(id: string, context: Call): Promise<void> {
    try {
      await this.#keeper.book({ id }, context)
      this.#booked.push(id)
    } catch (error) {
      this.#errors.push(`book ${id}: ${codeOf(error)} ${messageOf(error)}`)
    }
  }

  async #orLost(id: string, call: () => Promise<void>): Promise<void> {
    try {
      await call()
    } catch (error) {
      if (codeOf(error) === 'PROVIDER_LOST') this.#lost++
      else this.#errors.push(`${id}: ${codeOf(error)} ${messageOf(error)}`)
    }
  }
}
