import { describeValue, nearest, type TSchema, Type, Value } from '@caruso/contract'
import { attributeSchemas, attributeTypes, shortTypes, type AttributeType } from './attribute-schema.ts'
import type { Mistakes, Origin } from './mistake.ts'
import { MappingSchema } from './mapping-schema.ts'
import { modelKinds } from './model-schema.ts'
import { PolicySchema, TopicPolicySchema } from './policy-schema.ts'

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
  if (isMapping(value) && Object.hasOwn(value, 'topic')) return check(TopicPolicySchema, value, String(value['topic']), origin, mistakes)
  if (isMapping(value) && Object.hasOwn(value, 'class')) return check(PolicySchema, value, String(value['class']), origin, mistakes)
  mistakes.add(origin, '', [], { expected: 'a mapping with the key "class" or "topic"', found: isMapping(value) ? `the keys ${Object.keys(value).join(', ')}` : describeValue(value) })
  return false
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
    else if (Array.isArray(value) && !Value.Check(schema, value) && listIn(schema)) this.#list(listIn(schema), value, path)
    else if (!Value.Check(schema, value)) this.#add(path, 'value', expectation(schema), describeValue(value), suggestionFor(schema, value))
  }

  #object(schema: Type.TObject, value: Readonly<Record<string, unknown>>, path: readonly string[]): void {
    const known = Object.keys(schema.properties)
    for (const key of schema.required ?? []) if (!Object.hasOwn(value, key)) this.#add(path, 'key', `the key "${key}"`, 'none', undefined)
    for (const [key, item] of Object.entries(value)) {
      const property = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
      if (property) this.check(property, item, [...path, key])
      else this.#add([...path, key], 'key', `one of the keys ${known.join(', ')}`, `${JSON.stringify(key)}${path.length === 0 ? elsewhere(schema, key) : ''}`, nearest(key, known))
    }
  }

  #list(list: Type.TArray | undefined, value: readonly unknown[], path: readonly string[]): void {
    const wrong = list ? value.flatMap((item, index) => (Value.Check(list.items, item) ? [] : [index])) : []
    if (!list || wrong.length === 0) this.#add(path, 'value', list ? expectation(list) : 'another value', value.length === 0 ? 'an empty list' : 'a list', undefined)
    else for (const index of wrong) this.check(list.items, value[index], [...path, String(index)])
  }

  #record(schema: Type.TRecord, value: Readonly<Record<string, unknown>>, path: readonly string[]): void {
    for (const [pattern, item] of Object.entries(schema.patternProperties)) {
      for (const [key, entry] of Object.entries(value)) {
        if (new RegExp(pattern).test(key)) this.check(item, entry, [...path, key])
        else this.#add([...path, key], 'key', 'a name of letters and digits, first a small letter', JSON.stringify(key), renamed(key, pattern))
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
      else this.#add([...path, 'type'], 'value', `one of the types ${attributeTypes.join(', ')}`, describeValue(type), typeof type === 'string' ? typeMeant(type, attributeTypes) : undefined)
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

/** The folder whose files know a key that these do not. */
function elsewhere(schema: TSchema, key: string): string {
  const folders = { model: modelKinds.class, mapping: MappingSchema, policies: PolicySchema }
  const found = Object.entries(folders).find(([, other]) => other !== schema && Object.hasOwn(other.properties, key))
  return found && !Object.values(modelKinds).some((kind) => kind === schema && found[0] === 'model') ? `, which a file in ${found[0]}/ says` : ''
}

function expectation(schema: TSchema): string {
  return 'title' in schema && typeof schema.title === 'string' ? schema.title : 'another value'
}

/** The list that a value may be. */
function listIn(schema: TSchema): Type.TArray | undefined {
  return Type.IsArray(schema) ? schema : Type.IsUnion(schema) ? schema.anyOf.find((one) => Type.IsArray(one)) : undefined
}

function suggestionFor(schema: TSchema, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (Type.IsUnion(schema) && schema.anyOf.includes(attributeSchemas.text)) return usual[value] ?? typeMeant(value, shortTypes)
  if (Type.IsString(schema) && 'pattern' in schema && typeof schema.pattern === 'string') return renamed(value, schema.pattern)
  return Type.IsUnion(schema) ? nearest(value, schema.anyOf.flatMap((one) => (Type.IsLiteral(one) ? [String(one.const)] : []))) : undefined
}

/** What types are called elsewhere. */
const otherwise: Readonly<Record<string, AttributeType>> = { string: 'text', varchar: 'text', char: 'text', int: 'number', integer: 'number', bigint: 'number', float: 'decimal', double: 'decimal', numeric: 'decimal', bool: 'yes-no', boolean: 'yes-no', datetime: 'instant', timestamp: 'instant', enum: 'choice', select: 'choice', multiselect: 'choices', email: 'e-mail', phone: 'telephone', tel: 'telephone', url: 'link', ref: 'reference', relation: 'reference', currency: 'money' }

/** What a type that needs more than its name looks like. */
const usual: Readonly<Record<string, string>> = { choice: '{ type: choice, of: […] }', choices: '{ type: choices, of: […] }', reference: '{ type: reference, to: Class }', value: '{ type: value, of: Value }' }

function typeMeant(word: string, known: readonly AttributeType[]): string | undefined {
  const meant = Object.hasOwn(otherwise, word.toLowerCase()) ? otherwise[word.toLowerCase()] : nearest(word, known)
  return meant === undefined || known.some((one) => one === meant) ? meant : usual[meant]
}

/** A name with the letters that may not be in it left out, and the first one made as it should be. */
function renamed(name: string, pattern: string): string | undefined {
  const joined = name.replaceAll(/[^A-Za-z0-9]+(.?)/g, (_, next: string) => next.toUpperCase())
  return [joined, joined.charAt(0).toUpperCase() + joined.slice(1), joined.charAt(0).toLowerCase() + joined.slice(1)].find((one) => one !== name && new RegExp(pattern).test(one))
}
