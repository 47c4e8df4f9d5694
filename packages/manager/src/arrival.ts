import { messageOf } from '@caruso/contract'
import type { ComponentSpec, Description, Instance } from '@caruso/kernel'
import type { Host } from '@caruso/kernel/host'
import { askUntilTold } from './ask-until-told.ts'
import { ManagerError } from './errors.ts'
import type { Journal, JournalEntry, Move } from './journal.ts'

/** Milliseconds that a step may take, and that the other host may be silent after it, before it is let go of. */
const stepLimit = 90_000
const silence = 10_000
/** Milliseconds that the other host may take to decide, once what may run in one instance only has begun here. */
const decisionLimit = 1_000

export interface ArrivalRequest {
  readonly id: string
  readonly spec: ComponentSpec
  /** The version that runs at the other host. */
  readonly running: string
  readonly move: Move
  readonly who: string
  readonly why: string
}

/**
 * A component on its way to this host: prepared at the word of the host that runs it, whose journal decides.
 * Once it has begun here what may run in one instance only, that host says within a second that it gave the component
 * away. Where it does not, that ends here again, and the host is asked until it tells.
 */
export class Arrival {
  readonly #host: Host
  readonly #journal: Journal
  readonly #request: ArrivalRequest
  readonly #ask: () => Promise<'yes' | 'no' | 'open'>
  readonly #over = Promise.withResolvers<void>()
  readonly #abort = new AbortController()
  readonly #decision = Promise.withResolvers<boolean>()
  readonly #begun = performance.now()
  #instance: Instance | undefined
  #epoch = 0
  #switching: Promise<void> = Promise.resolve()
  #decided: Promise<readonly string[]> | undefined
  #kept = false
  #timer: NodeJS.Timeout | undefined

  constructor(host: Host, journal: Journal, request: ArrivalRequest, ask: () => Promise<'yes' | 'no' | 'open'>) {
    this.#host = host
    this.#journal = journal
    this.#request = request
    this.#ask = ask
    this.#leaveAfter(silence)
  }

  get id(): string {
    return this.#request.id
  }

  /** Resolves when it has taken over or was let go of. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  async load(): Promise<Description> {
    await this.#step(async () => {
      const instance = await this.#host.load(this.#request.spec)
      if (this.#ended()) await instance.dispose()
      else this.#instance = instance
    })
    return this.#loaded().description
  }

  async start(): Promise<void> {
    await this.#step(async () => {
      await this.#loaded().start()
      await this.#loaded().warmUp?.()
    })
  }

  async take(portion: string, version: number): Promise<void> {
    await this.#step(async () => await this.#loaded().held?.take(portion, version))
  }

  /** Begins what may run in one instance only. From here on this host does not know by itself whom the component belongs to. */
  async activate(): Promise<void> {
    const instance = this.#loaded()
    clearTimeout(this.#timer)
    this.#epoch = this.#journal.nextEpoch
    await this.#write('begin', '')
    const active = Promise.withResolvers<void>()
    const commit = async (): Promise<void> => {
      active.resolve()
      if (!(await this.#decision.promise)) throw new ManagerError('SWAP_FAILED', `host "${this.#request.move.host}" did not give it away`)
      await this.#write('switch', '')
    }
    this.#switching = this.#host.switchTo(instance, { commit })
    await Promise.race([active.promise, this.#switching])
    this.#waitAtMost(decisionLimit, async () => await this.#doubt())
  }

  /** Ends what may run in one instance only. */
  async deactivate(): Promise<void> {
    this.#decision.resolve(false)
    if (this.#epoch > 0) await Promise.all([this.#instance?.deactivate(), Promise.allSettled([this.#switching])])
  }

  /** The other host gave it away: callers are sent here. False where it had been let go of already. */
  async commit(): Promise<boolean> {
    await this.#decide(true)
    return this.#kept
  }

  /** Lets go of it; resolves to what was left behind, in words. */
  async leave(): Promise<readonly string[]> {
    return await this.#decide(false)
  }

  /** This host ends: whom it belongs to is settled at its next start. */
  async abandon(): Promise<void> {
    clearTimeout(this.#timer)
    this.#abort.abort()
    this.#decision.resolve(false)
    if (this.#decided === undefined) {
      await Promise.allSettled([this.#switching])
      await this.#instance?.dispose()
    } else await Promise.allSettled([this.#decided])
    this.#over.resolve()
  }

  /** What is told first counts. */
  async #decide(given: boolean): Promise<readonly string[]> {
    this.#decided ??= (given ? this.#keep() : this.#letGo()).finally(() => {
      clearTimeout(this.#timer)
      this.#abort.abort()
      this.#over.resolve()
    })
    return await this.#decided
  }

  async #keep(): Promise<readonly string[]> {
    clearTimeout(this.#timer)
    this.#decision.resolve(true)
    const [switched] = await Promise.allSettled([this.#switching])
    if (switched.status === 'rejected') {
      // It had stepped back, in doubt.
      await this.#write('switch', '')
      await this.#host.switchTo(this.#loaded())
    }
    await this.#write('done', '')
    this.#kept = true
    return []
  }

  async #letGo(): Promise<readonly string[]> {
    await this.deactivate()
    const left = (await this.#instance?.dispose()) ?? []
    if (this.#epoch > 0) await this.#write('discarded', `host "${this.#request.move.host}" goes on with it`)
    return left
  }

  async #doubt(): Promise<void> {
    await this.deactivate()
    const given = await askUntilTold(this.#ask, this.#abort.signal)
    if (given !== undefined) await this.#decide(given)
  }

  /** Where the other host died, nobody else ends what it began. */
  async #step(work: () => Promise<void>): Promise<void> {
    this.#leaveAfter(stepLimit)
    await work().finally(() => {
      if (!this.#ended()) this.#leaveAfter(silence)
    })
  }

  #leaveAfter(milliseconds: number): void {
    this.#waitAtMost(milliseconds, async () => void (await this.leave()))
  }

  #waitAtMost(milliseconds: number, otherwise: () => Promise<void>): void {
    clearTimeout(this.#timer)
    const { component } = this.#request.spec
    const failed = (err: unknown): void => this.#host.log.error({ component, err }, `Settled whom component "${component}" belongs to: ${messageOf(err)}`)
    this.#timer = setTimeout(() => void otherwise().catch(failed), milliseconds)
  }

  #ended(): boolean {
    return this.#decided !== undefined || this.#abort.signal.aborted
  }

  #loaded(): Instance {
    if (this.#instance === undefined) throw new ManagerError('SWAP_FAILED', `Took component "${this.#request.spec.component}" of host "${this.#request.move.host}" one step further: it is not loaded`)
    return this.#instance
  }

  async #write(step: JournalEntry['step'], detail: string): Promise<void> {
    const { spec, running, move, who, why } = this.#request
    await this.#journal.append({ epoch: this.#epoch, component: spec.component, step, action: 'move', from: running, to: spec.version, who, why, detail, ms: Math.round(performance.now() - this.#begun), move })
  }
}
