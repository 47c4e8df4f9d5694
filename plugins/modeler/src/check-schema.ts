import { describeValue, nearest, type TSchema, Type, Value } from '@caruso/contract'
import { attributeSchemas, attributeTypes, shortTypes } from './attribute-schema.ts'
import type { Mistakes, Origin } from './mistake.ts'
import { MappingSchema } from './mapping-schema.ts'
import { modelKinds } from './model-schema.ts'
import { PolicySchema } from './policy-schema.ts'

/**
 * Adds every mistake of a description against its schema; true where there is none.
 *
 * TypeBox stops at the first unknown key of a mapping; this goes on, so that one reading of the list mends the file.
 */
export function checkModelFile(value: unknown, origin: Origin, mistakes: Mistakes): boolean {
  const kind = isMapping(value) ? (['class', 'extend', 'value'] as const).find((key) => Object.hasOwn(value, key)) : undefined
  if (!isMapping(value) || kind === undefined) {
    mistakes.add(origin, '', [], { expected: 'a mapping with the key "class", "extend" or "value"', found: isMapping(value) ? `the keys ${Object.keys(value).join(', ')}` : describeValue(value) })
    return false
  }
  return check(modelKinds[kind], value, String(value[kind]), origin, mistakes)
}

export function checkMappingFile(value: unknown, origin: Origin, mistakes: Mistakes): boolean {
  return check(MappingSchema, value, isMapping(value) ? String(value['class']) : '', origin, mistakes)
}

export function checkPolicyFile(value: unknown, origin: Origin, mistakes: Mistakes): boolean {
  return check(PolicySchema, value, isMapping(value) ? String(value['class']) : '', origin, mistakes)
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function check(schema: TSchema, value: unknown, title: string, origin: Origin, mistakes: Mistakes): boolean {
  const before = mistakes.list.length
  new Checker(title, origin, mistakes).check(schema, value, [])
  return mistakes.list.length === before
}

class Checker {
  readonly #title: string
  readonly #origin: Origin
  readonly #mistakes: Mistakes

  constructor(title: string, origin: Origin, mistakes: Mistakes) {
    this.#title = title
    this.#origin = origin
    this.#mistakes = mistakes
  }

  check(schema: TSchema, value: unknown, path: readonly string[]): void {
    if (Type.IsObject(schema) && isMapping(value)) this.#object(schema, value, path)
    else if (Type.IsRecord(schema) && isMapping(value)) this.#record(schema, value, path)
    else if (Type.IsUnion(schema) && isMapping(value)) this.#union(schema, value, path)
    else if (!Value.Check(schema, value)) this.#add(path, 'value', expectation(schema), describeValue(value), suggestionFor(schema, value))
  }

  #object(schema: Type.TObject, value: Readonly<Record<string, unknown>>, path: readonly string[]): void {
    const known = Object.keys(schema.properties)
    for (const key of schema.required ?? []) if (!Object.hasOwn(value, key)) this.#add(path, 'key', `the key "${key}"`, 'none', undefined)
    for (const [key, item] of Object.entries(value)) {
      const property = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
      if (property) this.check(property, item, [...path, key])
      else this.#add([...path, key], 'key', `one of the keys ${known.join(', ')}`, JSON.stringify(key), nearest(key, known))
    }
  }

  #record(schema: Type.TRecord, value: Readonly<Record<string, unknown>>, path: readonly string[]): void {
    for (const [pattern, item] of Object.entries(schema.patternProperties)) {
      for (const [key, entry] of Object.entries(value)) {
        if (new RegExp(pattern).test(key)) this.check(item, entry, [...path, key])
        else this.#add([...path, key], 'key', 'a name of letters and digits, first a small letter', JSON.stringify(key), undefined)
      }
    }
  }

  /** Of several shapes that a mapping may have, the one that its keys speak for. */
  #union(schema: Type.TUnion, value: Readonly<Record<string, unknown>>, path: readonly string[]): void {
    const { type } = value
    if (schema.anyOf.includes(attributeSchemas.text)) {
      const named = attributeTypes.find((known) => known === type)
      if (named) this.check(attributeSchemas[named], value, path)
      else if (type === undefined) this.#add(path, 'key', 'the key "type"', 'none', undefined)
      else this.#add([...path, 'type'], 'value', `one of the types ${attributeTypes.join(', ')}`, describeValue(type), typeof type === 'string' ? nearest(type, attributeTypes) : undefined)
      return
    }
    const objects = schema.anyOf.filter((one) => Type.IsObject(one))
    const fitting = objects.find((one) => Object.keys(value).some((key) => one.required?.includes(key))) ?? schema.anyOf.find((one) => Type.IsRecord(one)) ?? objects[0]
    if (fitting) this.check(fitting, value, path)
    else this.#add(path, 'value', expectation(schema), describeValue(value), undefined)
  }

  #add(path: readonly string[], of: 'key' | 'value', expected: string, found: string, suggestion: string | undefined): void {
    this.#mistakes.add(this.#origin, this.#title, path, { of, expected, found, suggestion })
  }
}

function expectation(schema: TSchema): string {
  return 'title' in schema && typeof schema.title === 'string' ? schema.title : 'another value'
}

function suggestionFor(schema: TSchema, value: unknown): string | undefined {
  return Type.IsUnion(schema) && schema.anyOf.includes(attributeSchemas.text) && typeof value === 'string' ? nearest(value, shortTypes) : undefined
}
