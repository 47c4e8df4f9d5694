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
    accepts: (value) => orTooDeep(() => validator.Check(value), false),
    explain: (value) => orTooDeep(() => explain(validator.Errors(value)[1]), 'the value is nested too deeply'),
  }
  compiled.set(schema, check)
  return check
}

const shownErrors = 3

type Complaint = ReturnType<ReturnType<typeof Compile>['Errors']>[1][number]

/** Of alternatives those come first that the value seems to be meant for: what is wrong in them lies deeper, or is less. */
function explain(complaints: readonly Complaint[]): string {
  const sorted = complaints.filter(({ keyword }) => keyword !== 'anyOf').toSorted((one, other) => depthOf(other) - depthOf(one) || lackedBy(one) - lackedBy(other))
  const lines = [...new Set(sorted.map(({ instancePath, params, message }) => `${instancePath === '' ? 'the value' : instancePath.slice(1, 200).replaceAll('/', '.')} ${'allowedValue' in params ? `must be ${JSON.stringify(params.allowedValue)}` : message}`))]
  return lines.slice(0, shownErrors).join('; ') + (lines.length > shownErrors ? ` (and ${lines.length - shownErrors} more)` : '')
}

/** A constant that stands for itself tells which alternative is not meant. */
function depthOf({ keyword, schemaPath, instancePath }: Complaint): number {
  return keyword === 'const' && !/\/anyOf\/\d+$/.test(schemaPath) ? -1 : schemaPath.includes('/anyOf/') ? instancePath.split('/').length : 0
}

function lackedBy({ params }: Complaint): number {
  return 'requiredProperties' in params ? params.requiredProperties.length : 0
}

/** A value that lies deeper than the stack is satisfies no schema. */
function orTooDeep<Answer>(ask: () => Answer, tooDeep: Answer): Answer {
  try {
    return ask()
  } catch (error) {
    if (error instanceof RangeError) return tooDeep
    throw error
  }
}
