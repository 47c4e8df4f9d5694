/** What the thread says when it has copied what it could. */
export interface CheckpointReply {
  /** Why it could not. */
  readonly failure?: string
}
