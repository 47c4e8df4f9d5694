/** What a source may have at most; far above what people write, far below what would keep a thread busy. */
export const limits = {
  /** Characters of a source. */
  length: 10_000,
  /** Levels of nesting; a chain of `&&` or `||` is one level, one of `+` a level for each. */
  depth: 100,
  /** Names, values, operators and calls together. */
  nodes: 2000,
  /** Of one call. */
  arguments: 32,
  /** Conditions over lists or relations inside each other, since each multiplies the work. */
  loops: 3,
  /** Significant digits of a number that is written or computed. */
  digits: 38,
  /** Digits after the point of a quotient. */
  quotient: 12,
} as const
