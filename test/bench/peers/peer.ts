/** One way to call `math.add` of another component. */
export interface Caller {
  /** The i-th call, as a user types it; what is timed. */
  call(i: number): Promise<unknown>
  /** What the i-th call answers, as a number that can be compared. */
  answer(i: number): Promise<number>
  close(): Promise<unknown>
}

/** Somebody whose calls are measured: provider and caller over NATS, and both in one process. */
export interface Peer {
  provide(url: string, token?: string): Promise<() => Promise<unknown>>
  connect(url: string, token?: string): Promise<Caller>
  direct?(): Promise<Caller>
}
