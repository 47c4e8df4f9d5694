import type { Bus } from '@caruso/bus'
import { codeOf, messageOf, type Contract } from '@caruso/contract'
import { streamLength, type Clerk, type Ledger } from './plugins.ts'
import type { VirtualTime } from './virtual-time.ts'
import type { Witness } from './witness.ts'

/** Milliseconds after its deadline by which every call has ended. */
const grace = 250
/** What a call may be told only at its deadline: before, somebody else may still be asked. */
const patient = new Set<string | undefined>(['DEADLINE_EXCEEDED', 'NO_PROVIDER', 'NOT_CONNECTED'])
const once = new Set<string | undefined>([...patient, 'PROVIDER_LOST'])
/** Of work that calls others in turn, whose failure is passed on earlier. */
const passedOn = new Set<string | undefined>([...once, 'HANDLER_FAILED', 'CANCELLED'])

/** Calls components from one process, and checks what it is told. */
export class Caller {
  readonly #bus: Bus
  readonly #time: VirtualTime
  readonly #witness: Witness
  readonly #name: string
  /** Calls that have not ended. */
  open = 0

  constructor(name: string, bus: Bus, time: VirtualTime, witness: Witness) {
    this.#name = name
    this.#bus = bus
    this.#time = time
    this.#witness = witness
  }

  async call(contract: Contract, operation: string, id: number, timeout: number): Promise<boolean> {
    const title = `${this.#name} asked ${contract.name}.${operation} ${id} (${timeout} ms)`
    const idempotent = contract.operations[operation]?.idempotent === true
    return await this.#ending(title, timeout, idempotent ? patient : operation === 'addByRelay' ? passedOn : once, operation === 'addByRelay', async () => {
      await this.#bus.outlet(contract, this.#consumer).call(operation, { id }, this.#origin(timeout))
      if (operation === 'add') this.#witness.acknowledged(id)
    })
  }

  async read(contract: typeof Ledger | typeof Clerk, timeout: number): Promise<boolean> {
    const title = `${this.#name} read ${contract.name}.numbers (${timeout} ms)`
    return await this.#ending(title, timeout, patient, false, async () => {
      let last = 0
      for await (const item of this.#bus.outlet(contract, this.#consumer).stream('numbers', {}, this.#origin(timeout))) {
        const { n } = item as { readonly n: number }
        if (n !== last + 1) this.#witness.complain(`${title}: ${n} came after ${last}`)
        last = n
      }
      if (last !== streamLength) this.#witness.complain(`${title}: it ended after ${last}`)
    })
  }

  get #consumer(): { component: string; grants: readonly string[] } {
    return { component: this.#name, grants: [] }
  }

  #origin(timeout: number): ReturnType<Bus['call']> {
    return this.#bus.call({ ...this.#consumer, identity: this.#name, permissions: [], timeout })
  }

  /** True where it was answered. */
  async #ending(title: string, timeout: number, allowed: ReadonlySet<string | undefined>, early: boolean, work: () => Promise<void>): Promise<boolean> {
    const due = this.#time.now + timeout
    const watch = this.#time.after(timeout + grace, this.#time.owner, () => this.#witness.complain(`${title}: it has not ended`))
    this.open++
    try {
      await work()
      return true
    } catch (error) {
      const code = codeOf(error)
      if (!allowed.has(code)) this.#witness.complain(`${title}: ${code ?? ''} ${messageOf(error)}`)
      else if (!early && patient.has(code) && this.#time.now < due - 2) this.#witness.complain(`${title}: ${code} ${(due - this.#time.now).toFixed(0)} ms before its deadline`)
      return false
    } finally {
      this.open--
      watch.off = true
    }
  }
}
