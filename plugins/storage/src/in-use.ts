/**
 * A few things that come and go by the thousand.
 *
 * Not a Set: it exchanges its table as they come and go, and each table leads to the next, so that once one has grown old,
 * all that follow it, and what stood in them, are kept from the collector of young objects. Rows that were read stayed in
 * memory so, and half of the time of reading went into copying them.
 */
export class InUse<T> implements Iterable<T> {
  readonly #all: T[] = []

  get size(): number {
    return this.#all.length
  }

  add(one: T): void {
    this.#all.push(one)
  }

  /** False where it was not there. */
  delete(one: T): boolean {
    const place = this.#all.indexOf(one)
    if (place === -1) return false
    const last = this.#all.pop()
    if (last !== undefined && place < this.#all.length) this.#all[place] = last
    return true
  }

  /** As they are now, whatever comes and goes meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.#all].values()
  }
}
