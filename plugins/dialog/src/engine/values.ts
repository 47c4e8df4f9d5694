import type { Value } from '../script.ts'

/** What names stand for. */
export type Values = Readonly<Record<string, Value>>

/** What the names of a script stand for, and the instant at which that is so; the rest is computed by the expressions that name it. */
export type Names = Values & { readonly now: string }
