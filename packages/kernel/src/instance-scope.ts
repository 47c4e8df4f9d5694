import { messageOf, type Call, type Contract, type PayloadOf } from '@caruso/contract'
import type { Server } from 'node:net'
import type { Clock } from './clock.ts'
import { placeWords } from './error-place.ts'
import { KernelError } from './errors.ts'
import type { Description } from './instance.ts'
import type { Log } from './log.ts'
import { Owner } from './owner.ts'
import type { Disposer, Health, Ownership, Scope } from './scope.ts'
import type { Surroundings } from './surroundings.ts'

type Begin = (active: Ownership) => void | Disposer | Promise<void | Disposer>

/** The scope of one instance: what it owns, what runs while it is active, and what it told of its health. */
export class InstanceScope extends Owner implements Scope {
  readonly #component: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #description: Description
  readonly #surroundings: Surroundings
  readonly #begins: Begin[] = []
  readonly #healthChecks: (() => Health | Promise<Health>)[] = []
  readonly #selfTests: ((call: Call) => void | Promise<void>)[] = []
  #active: Owner | undefined

  constructor(component: string, clock: Clock, log: Log, description: Description, surroundings: Surroundings) {
    super(`component "${component}"`, clock, log)
    this.#component = component
    this.#clock = clock
    this.#log = log
    this.#description = description
    this.#surroundings = surroundings
  }

  whenActive(begin: Begin): void {
    this.#begins.push(begin)
  }

  call(origin: { readonly as?: string; readonly timeout?: number; readonly trace?: string } = {}): Call {
    return this.#surroundings.call(origin)
  }

  emit<C extends Contract, Name extends keyof C['events'] & string>(contract: C, event: Name, payload: PayloadOf<C['events'][Name]>, call: Call): void {
    const provided = this.#description.provides.find(({ name, version }) => name === contract.name && version === contract.version)
    if (provided === undefined) throw new KernelError('UNDECLARED', `Emitted event "${contract.name}.${event}" from component "${this.#component}": it does not provide that contract`)
    this.#surroundings.emit(provided, event, payload, call)
  }

  on<C extends Contract, Name extends keyof C['events'] & string>(contract: C, event: Name, heard: (payload: PayloadOf<C['events'][Name]>, call: Call) => void | Promise<void>): void {
    if (!this.#description.requires.some((requirement) => requirement.contract?.name === contract.name)) {
      throw new KernelError('UNDECLARED', `Listened to event "${contract.name}.${event}" from component "${this.#component}": it does not require that contract`)
    }
    this.whenActive(() =>
      this.#surroundings.on(`${contract.name}.${event}`, ({ payload }, call) => {
        void this.#handle(`${contract.name}.${event}`, async () => await heard(payload as PayloadOf<C['events'][Name]>, call))
      }),
    )
  }

  health(check: () => Health | Promise<Health>): void {
    this.#healthChecks.push(check)
  }

  selfTest(test: (call: Call) => void | Promise<void>): void {
    this.#selfTests.push(test)
  }

  async listen(server: Server, at: { readonly port: number; readonly host: string }): Promise<number> {
    if (this.#active === undefined) throw new KernelError('STATE_INVALID', `Listened at port ${at.port} in component "${this.#component}": it is not active`)
    return await this.#surroundings.listen(this.#active, server, at)
  }

  /**
   * @param entry the file in whose package the tests stand
   * @throws KernelError `SELF_TEST_FAILED` with what the first failing test threw
   */
  async proveWorking(entry?: unknown): Promise<void> {
    for (const test of this.#selfTests) {
      try {
        await test(this.call())
      } catch (cause) {
        throw new KernelError('SELF_TEST_FAILED', `Tested component "${this.#component}" before it is used: ${messageOf(cause)}${placeWords(cause, entry)}`, { cause })
      }
    }
  }

  /** What the instance says of itself: the first complaint, or what it says when it is well. */
  async currentHealth(): Promise<Health> {
    let well: Health = { ok: true }
    for (const check of this.#healthChecks) {
      const health = await check()
      if (!health.ok) return health
      if (health.detail !== undefined) well = health
    }
    return well
  }

  /** Begins what may run in one instance only; what had begun is ended again when one of them fails. */
  async activate(): Promise<void> {
    const active = new Owner(`active component "${this.#component}"`, this.#clock, this.#log)
    this.#active = active
    try {
      for (const begin of this.#begins) {
        // The one before may have taken so long that the instance was given up meanwhile.
        active.signal.throwIfAborted()
        const end = await begin(active)
        if (typeof end === 'function') active.own(undefined, end)
      }
    } catch (error) {
      await this.deactivate()
      throw error
    }
  }

  /** Ends what may run in one instance only; resolves to what failed. */
  async deactivate(): Promise<unknown[]> {
    const active = this.#active
    this.#active = undefined
    return (await active?.dispose()) ?? []
  }

  async #handle(event: string, heard: () => Promise<void>): Promise<void> {
    try {
      await heard()
    } catch (error) {
      this.#log.error({ err: error }, `Component "${this.#component}" failed to handle event "${event}": ${messageOf(error)}`)
    }
  }
}
