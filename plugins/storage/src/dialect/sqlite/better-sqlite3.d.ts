// The driver brings no types; these are of what is used here, in the form it is used: raw rows, safe integers.
declare module 'better-sqlite3' {
  export type Bound = bigint | number | string | Buffer | null

  interface Steady {
    readonly deterministic: true
    readonly safeIntegers: true
  }

  export interface Statement {
    readonly reader: boolean
    readonly readonly: boolean
    raw(): this
    safeIntegers(): this
    columns(): { readonly name: string }[]
    run(values: readonly Bound[]): { readonly changes: number }
    get(values: readonly Bound[]): Bound[] | undefined
    all(values: readonly Bound[]): Bound[][]
    iterate(values: readonly Bound[]): IterableIterator<Bound[]>
  }

  export default class Database {
    constructor(file: string | Buffer, options?: { readonly readonly?: boolean; readonly fileMustExist?: boolean; readonly timeout?: number })
    readonly open: boolean
    readonly inTransaction: boolean
    prepare(sql: string): Statement
    exec(sql: string): this
    serialize(): Buffer
    function(name: string, options: Steady, work: (one: Bound, other: Bound) => Bound): this
    aggregate<State>(name: string, options: Steady & { start(): State; step(state: State, value: Bound): State; result(state: State): Bound }): this
    close(): this
  }
}
