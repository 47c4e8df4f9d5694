import { messageOf } from '@caruso/contract'
import type { Clock } from './clock.ts'
import type { ComponentSpec } from './instance.ts'
import type { Log } from './log.ts'

/** Milliseconds before a restart; they double from the first to the longest. */
const wait = { first: 100, longest: 10_000 }
/** A component that crashes so often within so many milliseconds is given up. */
const mostCrashes = 6
const period = 60_000

/** Restarts what crashed, each time after a longer wait, and gives up loudly. */
export class Supervisor {
  readonly #clock: Clock
  readonly #log: Log
  readonly #restart: (spec: ComponentSpec) => Promise<void>
  readonly #crashes = new Map<string, number[]>()
  readonly #waiting = new Set<() => void>()
  readonly #attempts = new Set<Promise<void>>()
  readonly #givenUp = new Map<string, string>()
  #closed = false

  constructor(clock: Clock, log: Log, restart: (spec: ComponentSpec) => Promise<void>) {
    this.#clock = clock
    this.#log = log
    this.#restart = restart
  }

  /** Components that are not restarted any more, with the last reason. */
  get givenUp(): ReadonlyMap<string, string> {
    return this.#givenUp
  }

  /** Restarts a component whose instance has crashed, or gives it up. */
  crashed(spec: ComponentSpec, reason: string): void {
    if (this.#closed) return
    const now = this.#clock.now()
    const recent = [...(this.#crashes.get(spec.component) ?? []), now].filter((at) => now - at < period)
    this.#crashes.set(spec.component, recent)
    if (recent.length >= mostCrashes) {
      this.#givenUp.set(spec.component, reason)
      this.#log.error({ component: spec.component, version: spec.version, crashes: recent.length }, `Gave up component "${spec.component}": it crashed ${recent.length} times within a minute, last by ${reason}`)
      return
    }
    const pause = Math.min(wait.first * 2 ** (recent.length - 1), wait.longest)
    this.#log.error({ component: spec.component, version: spec.version, pause }, `Component "${spec.component}" crashed (${reason}): it is restarted in ${pause} ms`)
    const cancel = this.#clock.after(pause, () => {
      this.#waiting.delete(cancel)
      const attempt = this.#attempt(spec).finally(() => this.#attempts.delete(attempt))
      this.#attempts.add(attempt)
    })
    this.#waiting.add(cancel)
  }

  /** Restarts nothing any more; resolves when what was being restarted is there or has failed. */
  async close(): Promise<void> {
    this.#closed = true
    for (const cancel of this.#waiting) cancel()
    await Promise.all(this.#attempts)
  }

  async #attempt(spec: ComponentSpec): Promise<void> {
    try {
      await this.#restart(spec)
      this.#givenUp.delete(spec.component)
      this.#log.info({ component: spec.component, version: spec.version }, `Component "${spec.component}" runs again`)
    } catch (error) {
      this.crashed(spec, messageOf(error))
    }
  }
}
