import type { AttributeDefinition } from './attribute-schema.ts'
import { compareDecimals, decimalPattern, scaleOf } from './decimal.ts'
import type { Pattern } from './pattern.ts'

/** What was expected in place of a value that is not right; undefined for one that is. */
export type Wrong = (value: unknown) => string | undefined

/** What an attribute asks of its values beyond their type: what was expected, where a value is not right. */
export function constraintsOf(definition: AttributeDefinition, pattern: Pattern | undefined): Wrong {
  switch (definition.type) {
    case 'text':
      return textRules(definition, pattern)
    case 'long-text':
      return textRules(definition, undefined)
    case 'number':
    case 'decimal':
    case 'percent':
    case 'duration':
      return numberRules(definition)
    case 'money': {
      const rules = numberRules(definition)
      return (value) => rules(typeof value === 'object' && value !== null && 'amount' in value ? value.amount : undefined)
    }
    case 'date':
      return (value) => (definition.min !== undefined && String(value) < definition.min ? `a day from ${definition.min} on` : definition.max !== undefined && String(value) > definition.max ? `a day up to ${definition.max}` : undefined)
    case 'e-mail':
      return (value) => (isEmail(String(value)) ? undefined : 'an e-mail address')
    case 'telephone':
      return (value) => (/^\+?[\d\s()./-]{3,40}$/.test(String(value)) ? undefined : 'a telephone number')
    case 'link':
      return (value) => (isLink(String(value)) ? undefined : 'an address that begins with https:, http:, mailto: or tel:')
    case 'address':
    case 'choice':
    case 'choices':
    case 'file':
    case 'instant':
    case 'reference':
    case 'time':
    case 'value':
    case 'yes-no':
      return () => undefined
  }
}

/** Why no value would do: the least that is allowed is more than the most. */
export function emptyRange(definition: AttributeDefinition): { readonly expected: string; readonly found: string } | undefined {
  const { min, max } = { min: undefined, max: undefined, ...definition }
  if (min === undefined || max === undefined) return undefined
  const empty = definition.type === 'date' ? String(min) > String(max) : compareDecimals(String(min), String(max)) > 0
  return empty ? { expected: `${min} or more, as "min" says`, found: String(max) } : undefined
}

/** What the attributes of a value object ask of its parts. */
export function partConstraints(parts: readonly (readonly [name: string, required: boolean, wrong: Wrong])[]): Wrong {
  return (value) => {
    const given: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {}
    for (const [name, required, wrong] of parts) {
      const part = given[name] ?? null
      const expected = part === null ? (required ? 'a value' : undefined) : wrong(part)
      if (expected !== undefined) return `${expected} as its part "${name}"`
    }
    return undefined
  }
}

function textRules({ min = 0, max = Infinity }: { readonly min?: number; readonly max?: number }, pattern: Pattern | undefined): Wrong {
  return (value) => {
    const text = String(value)
    // Characters are those that people count, so only a text that may be too short or too long is taken apart.
    const length = text.length < min || text.length > max || min > 0 ? Array.from(text).length : text.length
    if (length < min) return `at least ${min} characters`
    if (length > max) return `at most ${max} characters`
    return pattern === undefined || pattern.matches(text) ? undefined : 'a text that matches the pattern'
  }
}

function numberRules(definition: { readonly min?: number | string; readonly max?: number | string; readonly scale?: number }): Wrong {
  const [min, max] = [definition.min, definition.max].map((bound) => (bound === undefined ? undefined : String(bound)))
  const { scale } = definition
  if (min === undefined && max === undefined && scale === undefined) return () => undefined
  return (value) => {
    const number = String(value)
    if (!decimalPattern.test(number)) return undefined
    if (min !== undefined && compareDecimals(number, min) < 0) return `at least ${min}`
    if (max !== undefined && compareDecimals(number, max) > 0) return `at most ${max}`
    return scale !== undefined && scaleOf(number) > scale ? `at most ${scale} digits after the point` : undefined
  }
}

function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^@\s]+@[^@.\s][^@\s]*\.[^@.\s]+$/.test(text)
}

function isLink(text: string): boolean {
  return /^(https?:\/\/|mailto:|tel:)\S+$/i.test(text) && URL.canParse(text)
}
