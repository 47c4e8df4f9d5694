import { KernelError } from './errors.ts'

/**
 * The life of an instance:
 * 1. `created`: its code is loaded and its configuration checked
 * 2. `starting`: `start` runs, then the self-test
 * 3. `ready`: it works, and nobody is sent to it yet
 * 4. `active`: callers are sent to it, and what may run in one instance only runs
 * 5. `leaving`: nobody is sent to it any more; it finishes what it accepted
 * 6. `gone`: everything it owned is disposed
 *
 * From anywhere before `gone` it can become `failed`, which is as final.
 */
export type InstanceState = 'created' | 'starting' | 'ready' | 'active' | 'leaving' | 'gone' | 'failed'

const next: Readonly<Record<InstanceState, readonly InstanceState[]>> = {
  created: ['starting', 'leaving', 'gone', 'failed'],
  starting: ['ready', 'leaving', 'failed'],
  ready: ['active', 'leaving', 'failed'],
  active: ['ready', 'leaving', 'failed'],
  leaving: ['gone', 'failed'],
  gone: [],
  failed: [],
}

/** The state of one instance, changed here and nowhere else. */
export class Lifecycle {
  readonly #title: string
  #state: InstanceState = 'created'
  #since = 0
  #startMs = 0

  constructor(title: string) {
    this.#title = title
  }

  get state(): InstanceState {
    return this.#state
  }

  /** Milliseconds from `starting` to `ready`; 0 before. */
  get startMs(): number {
    return this.#startMs
  }

  /** @throws KernelError `STATE_INVALID` when the state does not follow from the one it is in */
  move(to: InstanceState): void {
    if (!next[this.#state].includes(to)) throw new KernelError('STATE_INVALID', `Moved ${this.#title} to "${to}": it is "${this.#state}", from where it can become ${next[this.#state].join(', ') || 'nothing'}`)
    if (to === 'starting') this.#since = performance.now()
    if (this.#state === 'starting' && to === 'ready') this.#startMs = performance.now() - this.#since
    this.#state = to
  }
}
