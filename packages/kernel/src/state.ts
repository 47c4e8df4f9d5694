import type { DeepReadonly, Static, TSchema } from '@caruso/contract'

/**
 * What a component keeps in memory and hands over to the version that takes its place: entries by key.
 *
 * An entry is a JSON value and is never changed in place: `set` it anew, so that the hand-over knows.
 * Entries outlive a swap, not a crash: what must survive that belongs into a database.
 */
export interface State<Entry = unknown> {
  readonly size: number
  get(key: string): DeepReadonly<Entry> | undefined
  /** @throws KernelError `ENTRY_INVALID` when the entry is not what the plugin declared, or the state has been handed over */
  set(key: string, entry: DeepReadonly<Entry>): void
  /** False where there was none. */
  delete(key: string): boolean
  entries(): Iterable<[key: string, entry: DeepReadonly<Entry>]>
}

/** The state a plugin declares: what its entries are, and what became of those of earlier versions. */
export interface StateDeclaration<Entry extends TSchema = TSchema> {
  /** A whole number that grows whenever entries change their form. */
  readonly version: number
  readonly entry: Entry
  /** Makes an entry of one of an earlier version of the state; without it, only the same version is taken over. */
  convert?(entry: unknown, from: number): Static<Entry>
  /** Makes an entry of an earlier version of the state of one of this, for a rollback. */
  revert?(entry: DeepReadonly<Static<Entry>>, to: number): unknown
}

/**
 * What an instance holds, as whoever hands it over sees it. It is told in rounds while the instance goes on: the first
 * tells everything, each further one what has changed since it was told, and the last, sealed, the rest.
 */
export interface HeldState {
  /** Begins to tell, in the form of that version of the state. */
  open(version: number): Promise<void>
  /** The next portion, JSON of `[key, entry]` and `[key]` for what is gone; undefined ends a round. */
  next(): Promise<string | undefined>
  /** Lets nothing change any more. */
  seal(): Promise<void>
  /** Ends telling, and lets it change again. */
  release(): Promise<void>
  /** Takes a portion that was told in the form of a version of the state. */
  take(portion: string, version: number): Promise<void>
}
