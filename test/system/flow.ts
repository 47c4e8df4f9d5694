import { codeOf } from '@caruso/contract'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { DeskFolder } from './desk-folder.ts'
import type { Operator } from './operator.ts'

/** How many calls of each kind are under way at any time. */
const inFlight = 4

/** Calls that flow without a pause: some that may be repeated, some that must not. */
export class Flow {
  readonly #operator: Operator
  readonly #name: string
  readonly #loops: Promise<void>[]
  readonly #taken: string[] = []
  readonly #lost: string[] = []
  readonly #errors: string[] = []
  #sent = 0
  #over = false

  constructor(operator: Operator, name: string) {
    this.#operator = operator
    this.#name = name
    this.#loops = Array.from({ length: inFlight }, () => [this.#loop(() => this.#take()), this.#loop(() => this.#peek())]).flat()
  }

  /** How many calls were answered. */
  get taken(): number {
    return this.#taken.length
  }

  /** Ends it when what is under way has ended: the ids that were answered, those that were lost, and all other errors. */
  async end(): Promise<{ readonly taken: readonly string[]; readonly lost: readonly string[]; readonly errors: readonly string[] }> {
    this.#over = true
    await Promise.all(this.#loops)
    return { taken: this.#taken, lost: this.#lost, errors: this.#errors }
  }

  async #loop(call: () => Promise<void>): Promise<void> {
    while (!this.#over) {
      await call()
      await sleep(2)
    }
  }

  async #take(): Promise<void> {
    const id = `${this.#name} ${this.#sent++}`
    try {
      await this.#operator.ask('take', { id })
      this.#taken.push(id)
    } catch (error) {
      if (codeOf(error) === 'PROVIDER_LOST') this.#lost.push(id)
      else this.#errors.push(`take: ${String(error)}`)
    }
  }

  async #peek(): Promise<void> {
    try {
      await this.#operator.ask('peek')
    } catch (error) {
      this.#errors.push(`peek: ${String(error)}`)
    }
  }
}

/** Ends a flow: no call failed but those that were under way at a kill and must not be repeated, and none was done twice. */
export async function expectOnlyLost(flow: Flow, desks: DeskFolder, kills: number): Promise<void> {
  const { taken, lost, errors } = await flow.end()
  expect(errors).toEqual([])
  expect(lost.length).toBeLessThanOrEqual(inFlight * kills)
  const ledger = desks.ledger()
  expect(new Set(ledger).size).toBe(ledger.length)
  expect(taken.filter((id) => !ledger.includes(id))).toEqual([])
}
