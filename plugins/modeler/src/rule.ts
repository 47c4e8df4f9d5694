import type { Term } from '@caruso/expression'
import type { RowCondition } from './row-condition.ts'

/** What must hold between several attributes of an object, checked. */
export interface Rule {
  readonly name: string
  readonly term: Term
  /** The same over the rows of the class's own table. */
  readonly condition: RowCondition
  /** The attributes that are told to be wrong. */
  readonly attributes: readonly string[]
  /** The attributes and relations that it names, also by what is computed of them. */
  readonly names: ReadonlySet<string>
  /** Whether it looks at nothing but stored attributes of the object itself, so that memory can tell it as well. */
  readonly own: boolean
  /** As it was written: a text, its key, or texts by language. */
  readonly message: string | Readonly<Record<string, string>> | undefined
}

/** The message for whoever reads the error itself. */
export function textOf({ message }: Rule): string | undefined {
  return typeof message === 'object' ? (message['en'] ?? Object.values(message)[0]) : message
}
