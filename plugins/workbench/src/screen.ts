/** As much of a terminal's stream as is used. */
export interface ScreenStream {
  readonly isTTY: boolean
  readonly columns: number
  readonly rows: number
  write(text: string): boolean
}

/** Without a terminal that says how wide it is. */
const usualWidth = 200
const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[?25h\u001b[?1049l'
const clear = '\u001b[H\u001b[J'

/** Lines that take the place of the lines before, in a terminal; elsewhere they follow each other. */
export class Screen implements Disposable {
  readonly #stream: ScreenStream
  readonly #inPlace: boolean
  #last: readonly string[] = []

  constructor(stream: ScreenStream, quiet: boolean) {
    this.#stream = stream
    this.#inPlace = stream.isTTY && !quiet
    if (this.#inPlace) stream.write(enter)
  }

  /** Shows lines that are made for the width (characters) that the terminal has now. */
  show(make: (width: number) => readonly string[]): void {
    this.#last = make(this.#stream.isTTY ? this.#stream.columns : usualWidth)
    const fitting = this.#inPlace ? this.#last.slice(0, Math.max(1, this.#stream.rows - 1)) : this.#last
    this.#stream.write(`${this.#inPlace ? clear : ''}${fitting.join('\n')}\n`)
  }

  /** Gives the terminal back; what was shown last stays. */
  [Symbol.dispose](): void {
    if (this.#inPlace) this.#stream.write(`${leave}${this.#last.join('\n')}\n`)
  }
}
