const lineFeed = 10
const space = 32

/** The most tokens that an operation has: `HPUB subject reply header-size size`, and one to tell that there are more. */
const maxTokens = 6

/** Splits one control line into tokens, as offsets, without making strings. */
export class LineScanner {
  readonly starts = new Int32Array(maxTokens)
  readonly ends = new Int32Array(maxTokens)
  /** How many tokens were found, counted up to six. */
  count = 0

  /** Scans from `from` to the line feed before `to` and returns its place, or -1 if the line is not complete. */
  scan(bytes: Buffer, from: number, to: number): number {
    let count = 0
    let at = from
    while (at < to) {
      let byte = bytes[at] as number
      while (byte === space || byte === 9 || byte === 13) byte = bytes[++at] as number
      if (at >= to) return -1
      if (byte === lineFeed) {
        this.count = count
        return at
      }
      const start = at
      while (at < to && !isSeparator(bytes[at] as number)) at++
      if (count < maxTokens) {
        this.starts[count] = start
        this.ends[count++] = at
      }
    }
    return -1
  }

  /** Moves all tokens, after their line was copied to another place. */
  shift(by: number): void {
    for (let token = 0; token < this.count; token++) {
      this.starts[token] = this.start(token) + by
      this.ends[token] = this.end(token) + by
    }
  }

  start(token: number): number {
    return this.starts[token] as number
  }

  end(token: number): number {
    return this.ends[token] as number
  }
}

function isSeparator(byte: number): boolean {
  return byte <= space && (byte === space || byte === 9 || byte === lineFeed || byte === 13)
}
