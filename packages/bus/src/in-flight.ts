/** Something that is under way, by a number; a link of the chain that it is found in. */
export interface Chained<T> {
  readonly id: number
  chained: T | undefined
}

const fewest = 64

/**
 * What is under way, by number.
 *
 * Not a Map, because that replaces its table as things come and go, and a table that has once grown old keeps all that
 * follow it, and what stood in them, from the collector of young objects: measured, a fifth of the time of remote calls.
 */
export class InFlight<T extends Chained<T>> {
  #heads = emptyHeads<T>(fewest)
  #size = 0

  get size(): number {
    return this.#size
  }

  get(id: number): T | undefined {
    let entry = this.#heads[this.#place(id)]
    while (entry !== undefined && entry.id !== id) entry = entry.chained
    return entry
  }

  /** Adds an entry; it hides an earlier one of the same number until it is taken out. */
  add(entry: T): void {
    if (this.#size === this.#heads.length) this.#grow()
    this.#size++
    this.#chain(entry)
  }

  /** Takes an entry out and returns it, or undefined where there is none. */
  delete(id: number): T | undefined {
    const place = this.#place(id)
    let before: T | undefined
    let entry = this.#heads[place]
    while (entry !== undefined && entry.id !== id) {
      before = entry
      entry = entry.chained
    }
    if (entry === undefined) return undefined
    if (before === undefined) this.#heads[place] = entry.chained
    else before.chained = entry.chained
    entry.chained = undefined
    this.#size--
    return entry
  }

  /** Everything that is under way now. */
  list(): T[] {
    const all: T[] = []
    for (const head of this.#heads) for (let entry = head; entry !== undefined; entry = entry.chained) all.push(entry)
    return all
  }

  #place(id: number): number {
    return id & (this.#heads.length - 1)
  }

  #chain(entry: T): void {
    const place = this.#place(entry.id)
    entry.chained = this.#heads[place]
    this.#heads[place] = entry
  }

  #grow(): void {
    const all = this.list()
    this.#heads = emptyHeads(this.#heads.length * 2)
    for (const entry of all) this.#chain(entry)
  }
}

function emptyHeads<T>(length: number): (T | undefined)[] {
  return Array.from({ length }, () => undefined)
}
