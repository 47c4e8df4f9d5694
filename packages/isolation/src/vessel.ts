import type { Pipe } from '@caruso/bus/pipe'

/** Where an isolated instance runs: a process or a thread of its own. */
export interface Vessel {
  readonly kind: 'process' | 'thread'
  /** The number of the process on its machine, or of the thread in its process. */
  readonly number: number | undefined
  readonly pipe: Pipe
  /** Resolves when it has ended and nothing it printed is still on its way. */
  readonly gone: Promise<void>
  /** Begins to tell of each line that it prints, and once why it ended. Called once, in the turn in which it was made. */
  watch(printed: (line: string) => void, ended: (reason: string) => void): void
  /** Ends it at once, whatever it is doing. */
  kill(): void
}
