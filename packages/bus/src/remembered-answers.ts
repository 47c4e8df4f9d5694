import { LRUCache } from 'lru-cache'

/** Of the answers of one operation together, as `weightOf` weighs them: some 50 MB, or 10,000 small ones. */
const mostWeight = 500_000

/**
 * The answers of an operation by idempotency key, so that the same request asked twice of one instance runs once.
 * Bounded to 10,000 keys, 50 MB and 2 minutes; work that must survive the instance keeps its keys in its own transaction.
 */
export class RememberedAnswers {
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #answers = new LRUCache<string, Promise<unknown>>({ maxSize: mostWeight, ttl: 120_000, ttlResolution: 0, perf: Date })

  /** Runs the work unless the key is known; a failure is not remembered. */
  once(key: string, run: () => Promise<unknown>): Promise<unknown> {
    const known = this.#running.get(key) ?? this.#answers.get(key)
    if (known !== undefined) return known
    const answer = run()
    this.#running.set(key, answer)
    answer.then((value) => this.#running.delete(key) && this.#answers.set(key, answer, { size: weightOf(value) }), () => this.#running.delete(key))
    return answer
  }
}

/** 50, and one for each value in it and for each 50 characters of a text; counted until it is too much to be remembered. */
function weightOf(value: unknown): number {
  let weight = 50
  for (const left = [value]; left.length > 0 && weight <= mostWeight; weight++) {
    const one = left.pop()
    if (typeof one === 'string') weight += Math.floor(one.length / 50)
    else for (const inner of Object.values(one ?? {})) left.push(inner)
  }
  return weight
}
