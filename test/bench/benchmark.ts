/** What a figure must reach, as the project promised it. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number } | { readonly none: true }

export interface Figure {
  readonly name: string
  readonly value: number
  readonly goal: Goal
  /** What the number is, in a few words. */
  readonly meaning: string
}

/** What one benchmark found: the promised figures, and whatever helps to judge them, the worse numbers too. */
export interface Findings {
  readonly figures: readonly Figure[]
  readonly details: Readonly<Record<string, unknown>>
}

export interface Options {
  /** Tiny sizes, to see that a benchmark runs; its figures mean nothing. */
  readonly quick: boolean
  progress(words: string): void
}

export type Benchmark = (options: Options) => Promise<Findings>

export function reached({ value, goal }: Figure): boolean {
  return 'none' in goal || ('atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost)
}
