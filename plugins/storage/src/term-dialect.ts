import type { Bound, Codec, Decoder } from './codec.ts'
import type { LogicalType, Term } from './contract.ts'
import type { Fragment } from './fragment.ts'
import type { Resolved } from './filter-compiler.ts'

export type Scalar = Extract<Extract<Term, { readonly op: string }>['type'], string>

type Make = (...of: readonly Fragment[]) => Fragment

/** How a dialect computes terms; it has one form for the values of each type. */
export interface TermDialect {
  /** The place of a constant, and what is bound there. */
  constant(type: Scalar): { readonly place: string; readonly bind: (value: string) => Bound }
  /** No value, in the form of a type. */
  nothing(type: Scalar): Fragment
  /** A column in the form of its type. */
  column(column: Resolved, codec: Codec): Fragment
  /** What two values of the type are compared by. */
  comparable(type: Scalar, value: Fragment): Fragment
  /** What groups are made by, and what is read of one: equal values have the same. */
  grouped(type: Scalar, value: Fragment): Fragment
  /** What groups are ordered by, of the name of that. */
  ordered(type: Scalar, name: Fragment): Fragment
  /** How values are read. */
  decoder(type: LogicalType): NonNullable<Decoder>
  /** Null-safe equality. */
  readonly same: Make
  readonly truth: { readonly yes: string; readonly no: string }
  /** Whether a text has a word that begins so, or is so where it is `whole`; what is bound says both. */
  readonly word: { readonly matches: Make; bind(word: string, whole: boolean): Bound }
  /** By operator and what it takes, such as `+ number number`. */
  readonly ops: Readonly<Record<string, Make>>
  sum(type: Scalar, value: Fragment): Fragment
  readonly least: Make
  readonly greatest: Make
}
