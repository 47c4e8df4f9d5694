import type { Isolation } from '@caruso/kernel'
import { IsolatedInstance } from './isolated-instance.ts'
import { WorkerVessel } from './worker-vessel.ts'

/** Runs components in threads, of which one can be started ahead: the next component then has only its own code to load. */
export class SpareThread implements Disposable {
  #spare: WorkerVessel | undefined
  #disposed = false

  readonly isolation: Isolation = async (options) => {
    const spare = this.#spare
    this.#spare = undefined
    return await IsolatedInstance.load(options, spare?.pipe.open === true ? spare : new WorkerVessel())
  }

  /** Starts the next thread ahead, where there is none yet. */
  prepare(): void {
    if (!this.#disposed) this.#spare ??= new WorkerVessel()
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    this.#spare?.kill()
    this.#spare = undefined
  }
}
