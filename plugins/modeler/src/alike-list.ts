/** A list that is another one as long as both have the same items: of ten thousand changes most are alike, and need one. */
export class AlikeList<T> {
  readonly #like: readonly T[]
  #own: T[] | undefined
  #length = 0

  constructor(like: readonly T[]) {
    this.#like = like
  }

  add(item: T): void {
    if (this.#own === undefined && this.#like[this.#length] !== item) this.#own = this.#like.slice(0, this.#length)
    this.#own?.push(item)
    this.#length++
  }

  get length(): number {
    return this.#length
  }

  get items(): readonly T[] {
    if (this.#own === undefined && this.#length === this.#like.length) return this.#like
    return (this.#own ??= this.#like.slice(0, this.#length))
  }
}
