const remembered = 10_000
const rememberedFor = 120_000

/**
 * The answers of an operation by idempotency key, so that the same request asked twice of one instance runs once.
 * Bounded to 10,000 keys and 2 minutes; work that must survive the instance keeps its keys in its own transaction.
 */
export class RememberedAnswers {
  readonly #answers = new Map<string, { readonly at: number; readonly answer: Promise<unknown> }>()

  /** Runs the work unless the key is known; a failure is not remembered. */
  once(key: string, run: () => Promise<unknown>): Promise<unknown> {
    const now = Date.now()
    const known = this.#answers.get(key)
    if (known !== undefined && now - known.at < rememberedFor) return known.answer
    const answer = run()
    this.#answers.delete(key)
    this.#answers.set(key, { at: now, answer })
    this.#forget(now)
    answer.catch(() => this.#answers.delete(key))
    return answer
  }

  /** A map keeps the order of insertion, so the oldest come first. */
  #forget(now: number): void {
    for (const [key, { at }] of this.#answers) {
      if (this.#answers.size <= remembered && now - at < rememberedFor) return
      this.#answers.delete(key)
    }
  }
}
