/** Where something stands in a script: line and column count from 1, in the units in which an editor counts. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Finds the places of offsets in a text. */
export class Places {
  readonly #starts: readonly number[]

  constructor(text: string) {
    this.#starts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map(({ index, 0: end }) => index + end.length)]
  }

  at(offset: number): Place {
    let [low, high] = [0, this.#starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 }
  }
}
