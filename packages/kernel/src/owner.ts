import { messageOf } from '@caruso/contract'
import type { Clock } from './clock.ts'
import { KernelError } from './errors.ts'
import type { Log } from './log.ts'
import type { Ownership } from './scope.ts'

/** The one primitive of cleanup: what was acquired is disposed one after the other, in reverse order, once. */
export class Owner implements Ownership {
  readonly #title: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #disposers: (() => void | Promise<void>)[] = []
  readonly #controller = new AbortController()
  #disposal: Promise<unknown[]> | undefined

  /** @param title says in messages whose scope this is */
  constructor(title: string, clock: Clock, log: Log) {
    this.#title = title
    this.#clock = clock
    this.#log = log
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** @throws KernelError `STATE_INVALID` when the scope has ended; the resource is disposed all the same */
  own<T>(resource: T, dispose: (resource: T) => void | Promise<void>): T {
    if (this.#disposal !== undefined) {
      this.#disposal = this.#disposal.then(async (errors) => [...errors, ...(await failuresOf(() => dispose(resource)))])
      throw new KernelError('STATE_INVALID', `Acquired a resource in the scope of ${this.#title}: the scope has ended`)
    }
    this.#disposers.push(() => dispose(resource))
    return resource
  }

  every(milliseconds: number, work: () => void | Promise<void>): void {
    this.#time(milliseconds, work, true)
  }

  after(milliseconds: number, work: () => void | Promise<void>): void {
    this.#time(milliseconds, work, false)
  }

  /** Disposes everything; resolves to what failed. Asking again waits for the same disposal. */
  dispose(): Promise<unknown[]> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  async #dispose(): Promise<unknown[]> {
    this.#controller.abort(new KernelError('STATE_INVALID', `Worked in the scope of ${this.#title}: the scope has ended`))
    const errors: unknown[] = []
    for (let dispose = this.#disposers.pop(); dispose !== undefined; dispose = this.#disposers.pop()) errors.push(...(await failuresOf(dispose)))
    return errors
  }

  #time(milliseconds: number, work: () => void | Promise<void>, again: boolean): void {
    let cancel: () => void
    let running: Promise<void> | undefined
    const wait = (): void => {
      cancel = this.#clock.after(milliseconds, () => {
        running = this.#attempt(work).then(() => {
          if (again && !this.signal.aborted) wait()
        })
      })
    }
    wait()
    this.own(undefined, async () => {
      cancel()
      await running
    })
  }

  async #attempt(work: () => void | Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#log.error({ err: error }, `Timed work of ${this.#title} failed: ${messageOf(error)}`)
    }
  }
}

async function failuresOf(dispose: () => void | Promise<void>): Promise<unknown[]> {
  try {
    await dispose()
    return []
  } catch (error) {
    return [error]
  }
}
