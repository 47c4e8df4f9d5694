import { createInterface } from 'node:readline'

/** The lines of standard input, one after the other as they are asked for; a prompt is shown to who types them. */
export class Lines {
  readonly #reader = createInterface({ input: process.stdin })
  readonly #lines = this.#reader[Symbol.asyncIterator]()

  /** The next line; none at the end of the input. */
  async next(prompt: string): Promise<string | undefined> {
    if (process.stdin.isTTY) process.stderr.write(prompt)
    const { value, done } = await this.#lines.next()
    return done === true ? undefined : value
  }

  close(): void {
    this.#reader.close()
  }
}
