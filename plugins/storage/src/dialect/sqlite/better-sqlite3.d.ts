// The driver brings no types; these are of what is used here, in the form it is used.
declare module 'better-sqlite3' {
  export type Bound = bigint | number | string | Buffer | null

  interface Steady {
    readonly deterministic: true
    readonly safeIntegers: true
  }

  /** A row of a statement that was not told to answer raw ones. */
  export type NamedRow = Record<string, Exclude<Bound, bigint>>

  export interface Statement<Answered = Bound[]> {
    readonly reader: boolean
    readonly readonly: boolean
    raw(): this
    safeIntegers(): this
    columns(): { readonly name: string }[]
    run(values: readonly Bound[]): { readonly changes: number; readonly lastInsertRowid: bigint | number }
    get(values: readonly Bound[]): Answered | undefined
    all(values: readonly Bound[]): Answered[]
    iterate(values: readonly Bound[]): IterableIterator<Answered>
  }

  export default class Database {
    constructor(file: string | Buffer, options?: { readonly readonly?: boolean; readonly fileMustExist?: boolean; readonly timeout?: number })
    readonly open: boolean
    readonly inTransaction: boolean
    prepare<Answered = Bound[]>(sql: string): Statement<Answered>
    exec(sql: string): this
    serialize(): Buffer
    function(name: string, options: Steady, work: (one: Bound, other: Bound) => Bound): this
    aggregate<State>(name: string, options: Steady & { start(): State; step(state: State, value: Bound): State; result(state: State): Bound }): this
    close(): this
  }
}
