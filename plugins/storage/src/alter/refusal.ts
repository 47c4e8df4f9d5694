/** Why a change is not made, without saying which it is; whoever goes through the list adds that. */
export class Refusal extends Error {
  readonly rows: number | undefined

  /** @param rows that stand in the way */
  constructor(message: string, rows?: number) {
    super(message)
    this.name = 'Refusal'
    this.rows = rows
  }
}
