import { messageOf, type Static } from '@caruso/contract'
import type { ComponentSpec, Instance, Successor } from '@caruso/kernel'
import { HandOver, type Host } from '@caruso/kernel/host'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { PlanCheck, SwapPlan, SwapStep, TrialRequest } from './contract.ts'
import type { Departure } from './departure.ts'
import { ManagerError } from './errors.ts'
import type { Journal } from './journal.ts'
import { Preparations, type Prepared } from './preparations.ts'
import { checkReplacement, rangeCheck, trialCheck, type CallersElsewhere } from './swap-plan.ts'
import { Trial, trialWords, type Figures } from './trial.ts'

/** Milliseconds that the old instance may take to finish what it accepted. */
const drainLimit = 30_000
/** Milliseconds in which callers have found the new instance before the streams of the old one follow them. */
const breath = 25
/** Milliseconds that a new version may take to start and prove that it works. */
const startLimit = 60_000
/** Of the calls, what a canary gets where nobody says. */
const usualShare = 0.05

/** What is asked: this component, in this version, by whom and why. */
export interface SwapRequest {
  /** A `save` exchanges the code of the version that runs, and is not journalled: nobody could roll back to what a file was before. */
  readonly action: 'swap' | 'move' | 'rollback' | 'save'
  /** The epoch that it begins. */
  readonly epoch: number
  readonly spec: ComponentSpec
  readonly previous: Instance
  /** Where the new one runs at another host. */
  readonly departure?: Departure | undefined
  /** The range of versions that the assembly file allows at the next start. */
  readonly allowed: string
  /** What was found out of those who call it at other hosts. */
  readonly elsewhere: CallersElsewhere
  readonly trial?: Static<typeof TrialRequest> | undefined
  readonly who: string
  readonly why: string
}

type Step = Static<typeof SwapStep>

/** The new version, once it is loaded; `here` where it runs at this host. */
interface Loaded {
  readonly next: Successor
  readonly here?: Instance
}

/**
 * Replaces a running instance by one of another version, with no failed call:
 * 1. plan: load the new version, check its configuration, and its contracts against those of live callers
 * 2. have others add what it needs, such as columns; start it beside the old one, and let it prove that it works; where asked, try it with a share of the calls or as a shadow
 * 3. copy its state, then switch: what may run once ends in the old one and begins in the new one
 * 4. the point of no return is journalled, and callers are sent to the new one
 * 5. drain: the old one finishes what it accepted and disposes what it owns
 *
 * A failure before 4 discards the new version; the old one has not stopped serving.
 */
export class Swap {
  readonly #host: Host
  readonly #journal: Journal
  readonly #request: SwapRequest
  readonly #tell: (step: Step) => void
  readonly #begun = performance.now()
  #stepBegun = performance.now()
  #next: Prepared | undefined

  constructor(host: Host, journal: Journal, request: SwapRequest, tell: (step: Step) => void) {
    this.#host = host
    this.#journal = journal
    this.#request = request
    this.#tell = tell
  }

  /** @throws ManagerError `SWAP_REFUSED` when the plan does not hold, `SWAP_FAILED` when the new version does not start or take over */
  async run(): Promise<void> {
    if (await this.takeOver()) await this.leave()
  }

  /** Up to the switch; false where it was a rehearsal, after which the old version goes on. */
  async takeOver(): Promise<boolean> {
    await this.#write('begin', '')
    return await this.#tookOver(await this.#planned())
  }

  /** Lets the old instance leave; resolves to what it left behind, in words. */
  async leave(): Promise<readonly string[]> {
    const { departure, spec, previous } = this.#request
    // Everything at once would hold up the calls: the first at an instance that has answered none, and the streams that open there.
    await sleep(breath)
    const left = [...(await this.#host.retire(previous, drainLimit)), ...(this.#next === undefined ? [] : await this.#settled(this.#next, previous))]
    this.#step('drain', left.length === 0 ? 'the old instance finished what it had accepted and left nothing behind' : `the old instance did not leave cleanly: ${left.join('; ')}`)
    await this.#write('done', left.join('; '))
    this.#step('done', `${spec.component} runs as ${spec.version}${departure === undefined ? '' : ` at host "${departure.move.host}"`}`, this.#begun)
    return left
  }

  async #planned(): Promise<Loaded> {
    const { plan, loaded } = await planSwap(this.#host, this.#request)
    const failed = plan.checks.filter(({ ok }) => !ok)
    if (plan.accepted && loaded !== undefined) {
      this.#step('plan', plan.checks.map(({ check }) => check).join(', '))
      return loaded
    }
    await loaded?.here?.dispose()
    const reason = failed.map(({ check, detail }) => `${check}: ${detail}`).join('; ')
    await this.#write('refused', reason)
    throw new ManagerError('SWAP_REFUSED', `${this.#title()}: refused, nothing was touched: ${reason}`, { details: plan })
  }

  async #tookOver(loaded: Loaded): Promise<boolean> {
    const { previous, trial } = this.#request
    const { next, here } = loaded
    this.#next = next
    try {
      const { changes } = await new Preparations(this.#host.bus, this.#request.who).prepare('grow', next, { other: previous, beside: true })
      if (changes.length > 0) this.#step('grow', changes.join(', '))
      // What each step computes may take some milliseconds: callers get their turn in between.
      await setImmediate()
      await inTime(next.start())
      await here?.warmUp?.()
      await setImmediate()
      this.#step('start', `${next.id} started beside ${previous.id} and proved that it works`)
      if (trial !== undefined && here !== undefined) await this.#tried(here, trial)
      if (trial?.kind === 'shadow') {
        await this.#giveUp(loaded)
        return false
      }
      await this.#switched(loaded)
    } catch (cause) {
      await this.#giveUp(loaded)
      const reason = messageOf(cause)
      await this.#write('discarded', reason)
      this.#step('discard', `the old version goes on: ${reason}`)
      throw new ManagerError('SWAP_FAILED', `${this.#title()}: the new version was discarded and the old one goes on: ${reason}`, { cause })
    }
    await this.#given()
    return true
  }

  async #switched({ next, here }: Loaded): Promise<void> {
    const { previous } = this.#request
    const handOver = HandOver.between(previous, next)
    if (handOver !== undefined) this.#step('copy', `copied ${await handOver.copy()} characters of state while the old instance went on`)
    const succession = { previous, handOver, commit: async () => await this.#commit(next) }
    await (here === undefined ? this.#host.switchAway(next, succession) : this.#host.switchTo(here, succession))
    if (here !== undefined) this.#step('switch', handOver === undefined ? 'callers are sent to the new instance' : 'callers waited while the rest of the state was handed over, and are sent to the new instance')
  }

  /** Tells another host that the component is its own now. Where it does not hear that, it asks. */
  async #given(): Promise<void> {
    const { departure } = this.#request
    if (departure === undefined) return
    const { host } = departure.move
    const failure = await departure.commit().then(() => undefined, messageOf)
    this.#step('switch', failure === undefined ? `callers are sent to host "${host}"` : `the component belongs to host "${host}", which did not say that it has it, and will ask: ${failure}`)
  }

  async #giveUp({ next, here }: Loaded): Promise<void> {
    // What another host does not hear, it asks for.
    await (here === undefined ? Promise.allSettled([next.dispose()]) : this.#host.giveUp(here, drainLimit))
    await this.#settled(this.#request.previous, next)
  }

  /** Tells others which version is left; one that does not hear it serves both, as while they ran beside each other. */
  async #settled(running: Prepared, other: Prepared): Promise<string[]> {
    return await new Preparations(this.#host.bus, this.#request.who).prepare('grow', running, { other }).then(() => [], (error: unknown) => [`what others prepared was not settled: ${messageOf(error)}`])
  }

  async #tried(next: Instance, { kind, share = usualShare, forMs }: Static<typeof TrialRequest>): Promise<void> {
    const report = (figures: Figures): void => this.#tell({ step: kind, detail: trialWords(figures), ms: Math.round(performance.now() - this.#stepBegun), figures })
    const trial = new Trial(this.#host, this.#request.previous, next, report)
    const seen = kind === 'canary' ? await trial.canary(share, forMs) : await trial.shadow(forMs)
    if (kind === 'shadow') await this.#write('rehearsed', trialWords(seen))
    this.#step(kind, `${kind === 'canary' ? 'not worse than what runs' : 'the old version goes on'}: ${trialWords(seen)}`)
  }

  async #commit(next: Successor): Promise<void> {
    const { spec, previous } = this.#request
    // The supervisor starts the old version again when its process died, and that one must not run beside the new one.
    if (this.#host.active(spec.component) !== previous || next.state !== 'active') throw new ManagerError('SWAP_FAILED', 'one of the two instances died before the switch')
    await this.#write('switch', '')
  }

  #step(step: Step['step'], detail: string, since = this.#stepBegun): void {
    const now = performance.now()
    this.#tell({ step, detail, ms: Math.round((now - since) * 10) / 10 })
    this.#stepBegun = now
  }

  async #write(step: 'begin' | 'switch' | 'done' | 'refused' | 'discarded' | 'rehearsed', detail: string): Promise<void> {
    const { action, epoch, spec, previous, departure, who, why } = this.#request
    if (action === 'save') return
    await this.#journal.append({ epoch, component: spec.component, step, action, from: previous.spec.version, to: spec.version, who, why, detail, ms: Math.round(performance.now() - this.#begun), ...(departure === undefined ? {} : { move: departure.move }) })
  }

  #title(): string {
    const { action, spec, previous, departure } = this.#request
    if (departure !== undefined) return `Moved component "${spec.component}" ${previous.spec.version} to host "${departure.move.host}" as ${spec.version}`
    return action === 'save' ? `Saved component "${spec.component}"` : `Swapped component "${spec.component}" ${previous.spec.version} to ${spec.version}`
  }
}

async function inTime(started: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new ManagerError('SWAP_FAILED', `it had not started after ${startLimit} ms`)), startLimit)
  await Promise.race([started, promise]).finally(() => clearTimeout(timer))
}

/** What a swap would check; the new version is loaded, and is the caller's to start or dispose. */
export async function planSwap(host: Host, request: Omit<SwapRequest, 'who' | 'why'>): Promise<{ plan: Static<typeof SwapPlan>; loaded: Loaded | undefined }> {
  const { action, epoch, spec, previous, departure, allowed, elsewhere, trial } = request
  const plan = (checks: Static<typeof PlanCheck>[]): Static<typeof SwapPlan> => ({ component: spec.component, from: previous.spec.version, to: spec.version, accepted: checks.every(({ ok }) => ok), epoch, ...(departure === undefined ? {} : { movesTo: departure.move.host }), checks })
  if (action !== 'save' && departure === undefined && spec.version === previous.spec.version) return { plan: plan([{ check: 'version', ok: false, detail: `${spec.version} runs already` }]), loaded: undefined }
  try {
    const loaded = await loadedFor(host, spec, departure)
    await setImmediate()
    const check = { check: 'load', ok: true, detail: `${spec.plugin} ${spec.version} loads and accepts its configuration${departure === undefined ? '' : ` at host "${departure.move.host}"`}` }
    const running = host.status().map(({ instance: { id, spec: { component }, description: { requires } } }) => ({ id, component, requires }))
    return { plan: plan([check, ...checkReplacement(loaded.next, previous, action === 'rollback', [...running, ...elsewhere.callers], host.bus.registry), ...elsewhere.checks, ...(await new Preparations(host.bus, 'caruso').checks(loaded.next, previous)), rangeCheck(spec.version, allowed), ...trialCheck(previous, trial !== undefined, departure !== undefined)]), loaded }
  } catch (error) {
    return { plan: plan([{ check: 'load', ok: false, detail: messageOf(error) }]), loaded: undefined }
  }
}

async function loadedFor(host: Host, spec: ComponentSpec, departure: Departure | undefined): Promise<Loaded> {
  if (departure === undefined) {
    const here = await host.load(spec)
    return { next: here, here }
  }
  await departure.load()
  return { next: departure }
}
