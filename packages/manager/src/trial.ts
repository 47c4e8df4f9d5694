import type { CallObserver, ObservedCall } from '@caruso/bus'
import { codeOf, type Static } from '@caruso/contract'
import type { Instance } from '@caruso/kernel'
import type { Host } from '@caruso/kernel/host'
import { setTimeout as sleep } from 'node:timers/promises'
import { CallSample } from './call-sample.ts'
import { worseThan } from './canary-verdict.ts'
import type { TrialFigures } from './contract.ts'
import { ManagerError } from './errors.ts'
import { Shadow } from './shadow.ts'

/** Milliseconds between two looks at a version that is tried, and between two reports of what was seen. */
const lookInterval = 100
const reportInterval = 1_000
/** Calls at the beginning whose times do not count: code that was just loaded is slow at first. */
const warmUp = 40
/** What the caller did wrong, or what says nothing about the version. */
const notItsFault: ReadonlySet<string | undefined> = new Set(['CANCELLED', 'FORBIDDEN', 'INVALID_INPUT', 'MOVED', 'UNKNOWN_OPERATION'])

export type Figures = Static<typeof TrialFigures>

/** A version that is tried beside the one that runs, before anything is switched. */
export class Trial {
  readonly #host: Host
  readonly #running: Instance
  readonly #tried: Instance
  readonly #tell: (figures: Figures) => void

  constructor(host: Host, running: Instance, tried: Instance, tell: (figures: Figures) => void) {
    this.#host = host
    this.#running = running
    this.#tried = tried
    this.#tell = tell
  }

  /**
   * Sends the tried version a share of the calls (0 to 1) for so many milliseconds, and compares.
   *
   * @throws ManagerError `SWAP_FAILED` as soon as it is worse, or gone
   */
  async canary(share: number, milliseconds: number): Promise<Figures> {
    const [running, tried] = [new CallSample(), new CallSample(warmUp)]
    const figures = (): Figures => ({ running: figuresOf(running), tried: figuresOf(tried) })
    this.#running.provider.observer = into(running)
    this.#tried.provider.observer = into(tried)
    this.#host.tryOut(this.#tried, share)
    return await this.#watch(milliseconds, figures, () => worseThan(running, tried))
  }

  /** Asks the tried version for so many milliseconds what the running one answered and may be asked twice, and compares the answers. */
  async shadow(milliseconds: number): Promise<Figures> {
    const shadow = new Shadow(this.#tried)
    const running = new CallSample()
    const observe = into(running)
    this.#running.provider.observer = (call) => {
      observe(call)
      shadow.ask(call)
    }
    return await this.#watch(milliseconds, () => ({ running: figuresOf(running), tried: figuresOf(shadow.sample), compared: shadow.compared() }), () => undefined)
  }

  async #watch(milliseconds: number, figures: () => Figures, complaint: () => string | undefined): Promise<Figures> {
    const begun = performance.now()
    let reported = begun
    try {
      for (let now = begun; now - begun < milliseconds; now = performance.now()) {
        await sleep(Math.min(lookInterval, milliseconds - (now - begun)))
        const reason = this.#tried.state === 'ready' ? complaint() : `it is "${this.#tried.state}"`
        if (reason !== undefined) throw new ManagerError('SWAP_FAILED', reason, { details: figures() })
        if (performance.now() - reported < reportInterval) continue
        reported = performance.now()
        this.#tell(figures())
      }
      return figures()
    } finally {
      this.#running.provider.observer = undefined
      if (this.#tried.state === 'ready') this.#tried.provider.observer = undefined
    }
  }
}

function into(sample: CallSample): CallObserver {
  return ({ milliseconds, failure }: ObservedCall) => sample.add(milliseconds, failure !== undefined && !notItsFault.has(codeOf(failure)))
}

function figuresOf(sample: CallSample): Figures['running'] {
  return { calls: sample.calls, failures: sample.failures, p95Ms: Math.round(sample.quantile(0.95) * 100) / 100 }
}

/** What a trial saw, in words. */
export function trialWords({ running, tried, compared }: Figures): string {
  const one = ({ calls, failures, p95Ms }: Figures['running']): string => `${calls} calls, ${failures} failed, p95 ${p95Ms} ms`
  const words = `new: ${one(tried)}; running: ${one(running)}`
  if (compared === undefined) return words
  const differing = compared.differing.map(({ operation, answers }) => `${operation} ${answers}`).join(', ')
  return `${words}; ${compared.same} answers alike, ${differing === '' ? 'none differ' : `different: ${differing}`}`
}
