import type { Bound } from './codec.ts'
import type { PlainStep, StepResult } from './contract.ts'
import { insertLists } from './insert-rows.ts'
import type { StepContext } from './steps.ts'
import { updateLists } from './update-rows.ts'

/**
 * The values of steps that go to the database as lists. Those of the next step are made while a server is at the one
 * before, since that takes half as long as the server takes.
 */
export class StepLists {
  readonly #context: StepContext
  #ready: { readonly step: PlainStep; readonly lists: Bound[] } | undefined

  constructor(context: StepContext) {
    this.#context = context
  }

  /** Makes those of a step, if there are any; what fails, or needs a key that is not there yet, is left to `of`. */
  prepare(step: PlainStep | undefined, earlier: readonly StepResult[]): void {
    // A step of several statements asks at each of them.
    if (step === undefined || step === this.#ready?.step) return
    try {
      const lists = 'insert' in step ? insertLists(this.#context, step, earlier) : 'update' in step && 'rows' in step ? updateLists(this.#context, step, earlier) : undefined
      this.#ready = lists && { step, lists }
    } catch {
      this.#ready = undefined
    }
  }

  /** @param make makes them, where they are not ready */
  of(step: PlainStep, make: () => Bound[]): Bound[] {
    const ready = this.#ready
    this.#ready = undefined
    return ready?.step === step ? ready.lists : make()
  }
}
