import { Compile, type TSchema } from './typebox.ts'

/** A compiled check of one schema; it never changes the value. */
export interface Check {
  /** Whether the value satisfies the schema; unknown fields are ignored. */
  accepts(value: unknown): boolean
  /** What is wrong with a value that was not accepted: the first places, with what was expected there. */
  explain(value: unknown): string
}

const compiled = new WeakMap<TSchema, Check>()

/** The compiled check of a schema, made once per schema object. */
export function checkOf(schema: TSchema): Check {
  const known = compiled.get(schema)
  if (known) return known
  const validator = Compile(schema)
  const check: Check = {
    accepts: (value) => validator.Check(value),
    explain: (value) => explain(validator.Errors(value)),
  }
  compiled.set(schema, check)
  return check
}

const shownErrors = 3

function explain(errors: readonly { instancePath: string; message: string }[]): string {
  const shown = errors.slice(0, shownErrors).map((error) => `${error.instancePath === '' ? 'the value' : error.instancePath.slice(1).replaceAll('/', '.')} ${error.message}`)
  const more = errors.length > shownErrors ? ` (and ${errors.length - shownErrors} more)` : ''
  return shown.join('; ') + more
}
