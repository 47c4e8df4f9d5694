import type { Bound, Decoder } from './codec.ts'
import type { Raw } from './logical.ts'
import type { Pooled } from './pool.ts'
import type { Session } from './session.ts'
import type { Answer } from './work.ts'

/** What a statement of a caller's own answers, with the names of its values and how they are read. */
export interface Described extends Answer {
  readonly columns: readonly string[]
  readonly decoders: readonly Decoder[]
}

/** One connection to a database server; each dialect brings one. It does one thing at a time. */
export interface ServerConnection extends Pooled {
  readonly session: Session
  run(sql: string, values: readonly Bound[]): Promise<Answer>
  /** As `run`; the rows are handed over some at a time, as they come. */
  read(sql: string, values: readonly Bound[], take: (rows: readonly (readonly Raw[])[]) => void): Promise<unknown>
  /** As `run`, not remembered, and with what the values are. Of more rows than are answered it may keep only one more, by which that is seen. */
  describe(sql: string, values: readonly Bound[]): Promise<Described>
  /** The rows as they come, in batches of the cursor; whoever stops early makes the connection unusable or ends the transaction. */
  stream(sql: string, values: readonly Bound[]): AsyncGenerator<readonly (readonly Raw[])[], void>
  /** Stops what runs, over another connection. */
  kill(): Promise<void>
}
