import { formats, patterns } from './schema-generator.ts'
import type { Random } from './random.ts'
import type { Schema } from './schema-generator.ts'

/** A random value of a schema, often at an edge; not always accepted, so ask the check. */
export function generateValue(schema: unknown, random: Random): unknown {
  return new ValueGenerator(schema, random).value(schema, 6)
}

/** Where a required field makes a recursive schema endless. */
const deepest = -20

class ValueGenerator {
  readonly #named = new Map<string, unknown>()
  readonly #random: Random

  constructor(root: unknown, random: Random) {
    this.#random = random
    JSON.stringify(root, (_, part: unknown) => {
      if (isSchema(part) && typeof part['$id'] === 'string') this.#named.set(part['$id'], part)
      return part
    })
  }

  value(schema: unknown, depth: number): unknown {
    if (!isSchema(schema) || depth < deepest) return this.#anything()
    const random = this.#random
    if (typeof schema['$ref'] === 'string') return this.value(this.#named.get(schema['$ref']), depth - 1)
    if ('const' in schema) return schema['const']
    if (Array.isArray(schema['enum'])) return random.pick(schema['enum'])
    if (Array.isArray(schema['anyOf'])) return this.value(random.pick(schema['anyOf']), depth)
    if (Array.isArray(schema['allOf'])) return Object.assign({}, ...schema['allOf'].map((part) => this.value(part, depth)))
    switch (schema['type']) {
      case 'null': return null
      case 'boolean': return random.chance(0.5)
      case 'string': return this.#text(schema)
      case 'number': return this.#number(schema, random.chance(0.5) ? 0.5 : 1)
      case 'integer': return this.#number(schema, 1)
      case 'array': return this.#list(schema, depth)
      case 'object': return this.#object(schema, depth)
      default: return this.#anything()
    }
  }

  #text(schema: Schema): string {
    const { pattern, format } = schema
    if (typeof pattern === 'string') return this.#random.pick(patterns[pattern] ?? ['xa', 'x'])
    if (typeof format === 'string') return this.#random.pick(formats[format] ?? [''])
    const least = numberOf(schema['minLength'], 0)
    const most = numberOf(schema['maxLength'], least + 20)
    return this.#random.pick(['a', 'Z', '7', ' ']).repeat(this.#edge(least, most))
  }

  #number(schema: Schema, fraction: number): number {
    const step = numberOf(schema['multipleOf'], fraction)
    const least = numberOf(schema['minimum'], numberOf(schema['exclusiveMinimum'], -101) + step)
    const most = numberOf(schema['maximum'], numberOf(schema['exclusiveMaximum'], 1001) - step)
    return this.#edge(Math.ceil(least / step), Math.floor(most / step)) * step
  }

  #list(schema: Schema, depth: number): unknown[] {
    if (Array.isArray(schema['items'])) return schema['items'].map((item) => this.value(item, depth - 1))
    const least = numberOf(schema['minItems'], 0)
    const length = depth <= 0 ? least : this.#edge(least, Math.min(numberOf(schema['maxItems'], 4), least + 5))
    const equal = this.#random.chance(0.3) ? [this.value(schema['items'], depth - 1)] : []
    return Array.from({ length }, () => (equal.length > 0 ? equal[0] : this.value(schema['items'], depth - 1)))
  }

  #object(schema: Schema, depth: number): Record<string, unknown> {
    const required = Array.isArray(schema['required']) ? schema['required'] : []
    const result: Record<string, unknown> = {}
    for (const [name, part] of Object.entries(isSchema(schema['properties']) ? schema['properties'] : {})) {
      if (required.includes(name) || (depth > 0 && this.#random.chance(0.5))) result[name] = this.value(part, depth - 1)
    }
    for (const [pattern, part] of Object.entries(isSchema(schema['patternProperties']) ? schema['patternProperties'] : {})) {
      if (this.#random.chance(0.7)) result[pattern.startsWith('^x') ? 'x1' : 'zany'] = this.value(part, depth - 1)
    }
    if (schema['additionalProperties'] !== false && this.#random.chance(0.3)) result['zundeclared'] = this.value(schema['additionalProperties'], depth - 1)
    return result
  }

  #edge(least: number, most: number): number {
    return this.#random.pick([least, most, Math.min(least + 1, most), Math.max(most - 1, least), this.#random.between(least, most)])
  }

  #anything(): unknown {
    return this.#random.pick([null, true, 0, -1.5, '', 'text', [], [1, 'a'], {}, { a: null }])
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
