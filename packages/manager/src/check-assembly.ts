import { describeValue, nearest, type TSchema, Type, Value } from '@caruso/contract'
import { coerce } from 'semver'
import { AssemblySchema, assemblyNamePattern } from './assembly-schema.ts'
import type { Mistake, Position } from './errors.ts'
import { below, placeOf } from './pointer.ts'
import type { YamlDocument } from './yaml-document.ts'

/**
 * Every mistake of an assembly file against its schema.
 *
 * TypeBox stops at the first unknown key of a mapping; this goes on, so that one reading of the list mends the file.
 *
 * @param shown what to print for values that hold secrets, by JSON Pointer
 */
export function checkAssembly(document: YamlDocument, shown: ReadonlyMap<string, string>): Mistake[] {
  const checker = new Checker(document, shown)
  checker.check(AssemblySchema, document.value, '')
  return checker.mistakes
}

class Checker {
  readonly mistakes: Mistake[] = []
  readonly #document: YamlDocument
  readonly #shown: ReadonlyMap<string, string>

  constructor(document: YamlDocument, shown: ReadonlyMap<string, string>) {
    this.#document = document
    this.#shown = shown
  }

  check(schema: TSchema, value: unknown, pointer: string): void {
    if (this.#document.unread.has(pointer)) return
    if (Type.IsObject(schema) && isMapping(value)) this.#object(schema, value, pointer)
    else if (Type.IsRecord(schema) && isMapping(value)) this.#record(schema, value, pointer)
    else if (Type.IsArray(schema) && Array.isArray(value)) value.forEach((item, index) => this.check(schema.items, item, below(pointer, index)))
    else if (!Value.Check(schema, value)) this.#add(pointer, 'value', expectation(schema), this.#found(pointer, value), suggestionFor(schema, value))
  }

  #object(schema: Type.TObject, value: Readonly<Record<string, unknown>>, pointer: string): void {
    const known = Object.keys(schema.properties)
    for (const key of schema.required ?? []) {
      if (!Object.hasOwn(value, key)) this.#add(pointer, 'key', `the key "${key}"`, 'none', undefined)
    }
    for (const [key, item] of Object.entries(value)) {
      const property = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
      if (property) this.check(property, item, below(pointer, key))
      else this.#add(below(pointer, key), 'key', `one of the keys ${known.join(', ')}`, JSON.stringify(key), nearest(key, known))
    }
  }

  #record(schema: Type.TRecord, value: Readonly<Record<string, unknown>>, pointer: string): void {
    for (const [pattern, item] of Object.entries(schema.patternProperties)) {
      for (const [key, entry] of Object.entries(value)) {
        if (new RegExp(pattern).test(key)) this.check(item, entry, below(pointer, key))
        else if (pattern === assemblyNamePattern) this.#add(below(pointer, key), 'key', 'a name of small letters, digits and hyphens that starts with a letter', JSON.stringify(key), undefined)
      }
    }
  }

  #add(pointer: string, at: 'key' | 'value', expected: string, found: string, suggestion: string | undefined): void {
    const { line, column }: Position = this.#document.positions.get(pointer)?.[at] ?? { line: 1, column: 1 }
    this.mistakes.push({ line, column, place: placeOf(pointer), expected, found, ...(suggestion === undefined ? {} : { suggestion }) })
  }

  #found(pointer: string, value: unknown): string {
    return describeValue(this.#shown.get(pointer) ?? value)
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function expectation(schema: TSchema): string {
  return 'title' in schema && typeof schema.title === 'string' ? schema.title : 'another value'
}

function suggestionFor(schema: TSchema, value: unknown): string | undefined {
  if (Type.IsRefine(schema) && (typeof value === 'string' || typeof value === 'number')) {
    const version = coerce(value)
    return version === null ? undefined : `"^${version.version}"`
  }
  return Type.IsEnum(schema) && typeof value === 'string' ? nearest(value, schema.enum.filter((item) => typeof item === 'string')) : undefined
}
