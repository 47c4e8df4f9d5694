import type { SchemaNode } from './schema-node.ts'

/** A place where a value may be given that is not wanted. */
export interface SchemaBreak {
  readonly code: SchemaBreakCode
  readonly path: readonly string[]
  /** What may come, as the object of a sentence. */
  readonly given: string
  /** What alone is accepted, as the object of a sentence. */
  readonly wanted: string
}

/** What kind of promise is broken; stable, for programs. */
export type SchemaBreakCode =
  | 'TYPE'
  | 'VALUE'
  | 'RANGE'
  | 'MULTIPLE'
  | 'LENGTH'
  | 'PATTERN'
  | 'FORMAT'
  | 'FIELD_MISSING'
  | 'FIELD_REFUSED'
  | 'FIELDS_CLOSED'
  | 'SIZE'
  | 'UNIQUE'
  | 'ALTERNATIVE'
  | 'UNDECIDED'

/** The places where a value that satisfies all of `given` may not satisfy `wanted`. */
export type Relate = (given: readonly SchemaNode[], wanted: SchemaNode) => readonly SchemaBreak[]

export function schemaBreak(code: SchemaBreakCode, given: string, wanted: string, path: readonly string[] = []): SchemaBreak {
  return { code, path, given, wanted }
}

/** The same breaks, seen from one step further up. */
export function below(step: string, breaks: readonly SchemaBreak[]): SchemaBreak[] {
  return breaks.map((found) => ({ ...found, path: [step, ...found.path] }))
}
