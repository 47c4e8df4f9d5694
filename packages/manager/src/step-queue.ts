/** What one side tells and the other reads when it comes to it. The teller never waits, and goes on when nobody reads. */
export class StepQueue<Step> implements AsyncIterable<Step> {
  readonly #steps: Step[] = []
  #over: { readonly failure?: unknown } | undefined
  #wake: (() => void) | undefined

  push(step: Step): void {
    this.#steps.push(step)
    this.#wake?.()
  }

  end(): void {
    this.#over = {}
    this.#wake?.()
  }

  fail(failure: unknown): void {
    this.#over = { failure }
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Step, void> {
    for (;;) {
      const step = this.#steps.shift()
      if (step !== undefined) yield step
      else if (this.#over === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      } else if ('failure' in this.#over) throw this.#over.failure
      else return
    }
  }
}
