import { describeValue, nearest } from '@caruso/contract'
import { basename } from 'node:path'
import { namesBefore, type AttributeDefinition, type AttributeType } from './attribute-schema.ts'
import type { Attribute, BusinessClass } from './business-class.ts'
import { constraintsOf, emptyRange, partConstraints, type Wrong } from './constraints.ts'
import { defaultValue } from './default-value.ts'
import type { Draft, Written, WrittenMember } from './draft.ts'
import type { PartTable } from './part-table.ts'
import { storedOf, type MappedPlace, type Surroundings } from './stored-attribute.ts'
import { keptMistakes } from './kept-mistakes.ts'
import { keptOf } from './kept.ts'
import { linkParts, partMistakes, placeIn } from './link-parts.ts'
import { linkRelations } from './link-relations.ts'
import { searchedOf } from './link-search.ts'
import { Mistakes, type Mistake, type Origin } from './mistake.ts'
import type { ClassDefinition, ExtensionDefinition, ModelDefinition, ValueDefinition } from './model-schema.ts'
import type { MappingDefinition } from './mapping-schema.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import { snakeCase } from './snake-case.ts'
import { leavesOf, type ColumnPlace, type Stored } from './stored.ts'

/** Classes by name, and every mistake between what was written of them */
export interface LinkedModel {
  readonly classes: ReadonlyMap<string, BusinessClass>
  readonly mistakes: readonly Mistake[]
}

/** What holds for all classes: the data source of those that name none, and the classes that may come later. */
export interface LinkOptions {
  readonly source: string
  readonly declared: readonly string[]
}

/** Puts classes together: extensions, value objects, references and mappings. */
export function linkModel(definitions: readonly Written<ModelDefinition>[], mappings: readonly Written<MappingDefinition>[], options: LinkOptions): LinkedModel {
  return new Linker(definitions, mappings, options).link()
}

class Linker implements Surroundings {
  readonly mistakes = new Mistakes()
  readonly #options: LinkOptions
  readonly #drafts = new Map<string, Draft>()
  readonly #values = new Map<string, Written<ValueDefinition>>()
  readonly #attributes = new Map<string, ReadonlyMap<string, Attribute>>()
  readonly #parts = new Map<string, ReadonlyMap<string, PartTable>>()
  /** Keys whose columns are being found: one that refers to itself would never end. */
  readonly #open: string[] = []

  constructor(definitions: readonly Written<ModelDefinition>[], mappings: readonly Written<MappingDefinition>[], options: LinkOptions) {
    this.#options = options
    const mapped = this.#mappings(mappings)
    for (const { value, origin } of definitions) {
      if ('value' in value) this.#once(this.#values, value.value, { value, origin }, 'value', origin)
      else if ('class' in value) this.#once(this.#drafts, value.class, draftOf({ value, origin }, mapped.get(value.class)), 'class', origin)
    }
    for (const { value, origin } of definitions) {
      if ('extend' in value) this.#extend(value, origin)
      else if ('class' in value) this.#members(draftIn(this.#drafts, value.class, origin), value, origin)
    }
    for (const [name, { origin }] of mapped) if (!this.#drafts.has(name) && !options.declared.includes(name)) this.mistakes.add(origin, name, ['class'], this.#unknown(name))
  }

  link(): LinkedModel {
    const classes = new Map<string, BusinessClass>()
    for (const draft of this.#drafts.values()) {
      const attributes = this.#attributesOf(draft)
      const relations = linkRelations({ draft, attributes, drafts: this.#drafts, declared: this.#options.declared, attributesOf: (name) => this.#attributesOf(this.#drafts.get(name)) }, this.mistakes)
      const key = this.#key(draft, attributes)
      const locking = this.#locking(draft, attributes)
      this.#columns(draft, attributes)
      const parts = this.#partsOf(draft)
      partMistakes(draft, parts, attributes.values(), this.mistakes)
      const { mapping } = draft
      const readonly = mapping?.value.readonly === true ? 'its mapping says so' : key.length === 0 ? 'it has no key' : undefined
      const table = mapping?.value.table ?? snakeCase(draft.name)
      const keyLeaves = key.flatMap(({ stored }) => leavesOf(stored))
      const kept = keptOf(draft.written.value, table, keyLeaves)
      classes.set(draft.name, { name: draft.name, source: mapping?.value.source ?? this.#options.source, table, parts: [...parts.values()], readonly, attributes, key, keyLeaves, relations, searched: searchedOf(draft, attributes, this.mistakes), searchIndex: mapping?.value.searchIndex === true, locking, kept })
      if (kept) for (const { path, expected, found } of keptMistakes(classes, draft.name)) this.mistakes.add(draft.written.origin, draft.name, [path], { expected, found })
    }
    return { classes, mistakes: this.mistakes.list }
  }

  keyOf(name: string): { readonly name: string; readonly stored: Stored }[] | undefined {
    const draft = this.#drafts.get(name)
    if (draft === undefined || draft.key.length === 0 || this.#open.includes(name)) return undefined
    this.#open.push(name)
    const key = draft.key.flatMap((attribute) => {
      const stored = this.#stored(draft, attribute, false)
      return stored ? [{ name: attribute, stored }] : []
    })
    this.#open.pop()
    return key.length === draft.key.length ? key : undefined
  }

  partsOf(name: string): Readonly<Record<string, AttributeDefinition>> | undefined {
    const value = this.#values.get(name)
    return value && Object.fromEntries(Object.entries(value.value.attributes).map(([part, definition]) => [part, inFull(definition)]))
  }

  #mappings(mappings: readonly Written<MappingDefinition>[]): Map<string, Written<MappingDefinition>> {
    const found = new Map<string, Written<MappingDefinition>>()
    for (const mapping of mappings) this.#once(found, mapping.value.class, mapping, 'class', mapping.origin)
    return found
  }

  #once<T extends Draft | Written<unknown>>(known: Map<string, T>, name: string, entry: T, key: string, origin: Origin): void {
    const first = known.get(name)
    if (first) this.mistakes.add(origin, name, [key], { expected: 'every name once', found: `${JSON.stringify(name)} again, which ${basename('written' in first ? first.written.origin.file : first.origin.file)} has` })
    else known.set(name, entry)
  }

  #extend(extension: ExtensionDefinition, origin: Origin): void {
    const draft = this.#drafts.get(extension.extend)
    if (draft) this.#members(draft, extension, origin)
    else if (!this.#options.declared.includes(extension.extend)) this.mistakes.add(origin, extension.extend, ['extend'], this.#unknown(extension.extend))
  }

  #members(draft: Draft | undefined, { attributes = {}, relations = {}, search = [] }: Pick<ExtensionDefinition, 'attributes' | 'relations' | 'search'>, origin: Origin): void {
    if (draft === undefined) return
    for (const [index, path] of search.entries()) draft.search.push({ path, at: ['search', String(index)], origin })
    for (const [name, definition] of Object.entries(attributes)) {
      const member = { definition: inFull(definition), origin }
      this.#renamed(draft, name, member)
      this.#member(draft, draft.attributes, 'attributes', name, member)
    }
    for (const [name, definition] of Object.entries(relations)) this.#member(draft, draft.relations, 'relations', name, { definition, origin })
  }

  /** A column can be renamed to one name only. */
  #renamed(draft: Draft, name: string, { definition, origin }: WrittenMember<AttributeDefinition>): void {
    for (const [other, { definition: known }] of draft.attributes) {
      const shared = namesBefore(definition).find((was) => namesBefore(known).includes(was))
      if (shared !== undefined) this.mistakes.add(origin, draft.name, ['attributes', name, 'was'], { expected: 'the name of what became this attribute only', found: `${JSON.stringify(shared)}, which became "${other}"` })
    }
  }

  #member<T>(draft: Draft, members: Map<string, WrittenMember<T>>, kind: string, name: string, member: WrittenMember<T>): void {
    if (draft.attributes.has(name) || draft.relations.has(name)) this.mistakes.add(member.origin, draft.name, [kind, name], { of: 'key', expected: 'every name once in a class', found: `${JSON.stringify(name)} again` })
    else members.set(name, member)
  }

  #attributesOf(draft: Draft | undefined): ReadonlyMap<string, Attribute> {
    if (draft === undefined) return new Map()
    const known = this.#attributes.get(draft.name)
    if (known) return known
    const attributes = new Map<string, Attribute>()
    for (const [name, { definition, origin }] of draft.attributes) {
      const stored = this.#stored(draft, name, true)
      if (stored === undefined) continue
      const required = definition.required === true || draft.key.includes(name)
      const attribute = { name, definition, stored, required, wrong: this.#constraints(draft.name, definition, { path: ['attributes', name], origin }) }
      attributes.set(name, attribute)
      this.#default(draft.name, attribute, origin)
      const range = emptyRange(definition)
      if (range) this.mistakes.add(origin, draft.name, ['attributes', name, 'max'], range)
    }
    this.#attributes.set(draft.name, attributes)
    this.#strangers(draft)
    return attributes
  }

  /** The columns of an attribute; mistakes are told once, and not again when others look at the key. */
  #stored(draft: Draft, name: string, telling: boolean): Stored | undefined {
    const member = draft.attributes.get(name)
    if (member === undefined) return undefined
    const { mapping } = draft
    const place: MappedPlace = {
      mapped: mapping?.value.columns?.[name],
      fallback: snakeCase(name),
      at: (written, path) => this.#at(draft, name, written, (expected, found, suggestion) => {
        if (telling && mapping) this.mistakes.add(mapping.origin, draft.name, ['columns', name, ...path], { expected, found, suggestion })
      }),
      tell: (path, expected, found) => {
        if (telling && mapping) this.mistakes.add(mapping.origin, draft.name, ['columns', name, ...path], { expected, found })
      },
    }
    const stored = storedOf(member.definition, name, place, this)
    if (stored === undefined && telling) this.#missing(draft, name, member)
    return stored
  }

  #at(draft: Draft, attribute: string, written: string, tell: (expected: string, found: string, suggestion?: string) => void): ColumnPlace {
    const tables = draft.mapping?.value.tables
    if (tables === undefined) return { column: written }
    if (!draft.key.includes(attribute)) return placeIn(this.#partsOf(draft), written, tell)
    // The tables are found by the key, so it cannot be found by them.
    if (Object.hasOwn(tables, written.split('.')[0] ?? '')) tell('a column of the class\'s own table, for it is part of the key', JSON.stringify(written))
    return { column: written }
  }

  #partsOf(draft: Draft): ReadonlyMap<string, PartTable> {
    const known = this.#parts.get(draft.name)
    if (known) return known
    const parts = linkParts(draft, (this.keyOf(draft.name) ?? []).flatMap(({ stored }) => leavesOf(stored)), this.mistakes)
    this.#parts.set(draft.name, parts)
    return parts
  }

  #missing(draft: Draft, name: string, { definition, origin }: WrittenMember<AttributeDefinition>): void {
    const path = ['attributes', name]
    if (definition.type === 'reference') {
      const known = this.#drafts.get(definition.to)
      const found = known === undefined ? this.#unknown(definition.to) : { expected: 'a class with a key that ends', found: `${JSON.stringify(definition.to)}, which has ${known.key.length === 0 ? 'none' : 'one that leads to itself'}` }
      // A key of attributes that are not there is told of at the key.
      if (known === undefined || known.key.every((part) => known.attributes.has(part))) this.mistakes.add(origin, draft.name, [...path, 'to'], found)
    } else if (definition.type === 'value') {
      this.mistakes.add(origin, draft.name, [...path, 'of'], this.#values.has(definition.of) ? { expected: 'a value object that ends', found: `${JSON.stringify(definition.of)}, which leads to itself or to nothing` } : { expected: 'the name of a value object', found: JSON.stringify(definition.of), suggestion: nearest(definition.of, this.#values.keys()) })
    }
  }

  #unknown(name: string): { readonly expected: string; readonly found: string; readonly suggestion: string | undefined } {
    return { expected: 'the name of a class', found: JSON.stringify(name), suggestion: nearest(name, this.#drafts.keys()) }
  }

  /** A default that is no value of its attribute would fail with the first object that needs it. */
  #default(title: string, { name, definition, stored, wrong }: Attribute, origin: Origin): void {
    const value = defaultValue(definition)
    if (value === undefined || stored.kind !== 'leaf') return
    const expected = stored.codec.encode(value) === undefined ? stored.codec.expects : wrong(value)
    if (expected !== undefined) this.mistakes.add(origin, title, ['attributes', name, 'default'], { expected, found: describeValue(value) })
  }

  /** What is asked of values; of a value object, what is asked of its parts. */
  #constraints(title: string, definition: AttributeDefinition, at: { readonly path: readonly string[]; readonly origin: Origin }): Wrong {
    if (definition.type !== 'value') return constraintsOf(definition, this.#pattern(title, definition, at))
    const written = this.#values.get(definition.of)
    if (written === undefined) return () => undefined
    const { value, origin } = written
    return partConstraints(Object.entries(value.attributes).map(([name, part]) => [name, inFull(part).required === true, this.#constraints(value.value, inFull(part), { path: ['attributes', name], origin })]))
  }

  #pattern(title: string, definition: AttributeDefinition, { path, origin }: { readonly path: readonly string[]; readonly origin: Origin }): Pattern | undefined {
    if (definition.type !== 'text' || definition.pattern === undefined) return undefined
    const pattern = compilePattern(definition.pattern)
    if ('matches' in pattern) return pattern
    // A value object is looked at once for each attribute that has it.
    if (!this.mistakes.list.some(({ file, place }) => file === origin.file && place === [title, ...path, 'pattern'].join('.'))) this.mistakes.add(origin, title, [...path, 'pattern'], pattern)
    return undefined
  }

  #strangers({ name, mapping, attributes, relations }: Draft): void {
    if (mapping === undefined) return
    for (const column of Object.keys(mapping.value.columns ?? {})) {
      if (!attributes.has(column)) this.mistakes.add(mapping.origin, name, ['columns', column], { of: 'key', expected: `an attribute of ${name}`, found: JSON.stringify(column), suggestion: nearest(column, attributes.keys()) })
    }
    for (const link of Object.keys(mapping.value.links ?? {})) {
      if (!relations.has(link)) this.mistakes.add(mapping.origin, name, ['links', link], { of: 'key', expected: `a relation of ${name}`, found: JSON.stringify(link), suggestion: nearest(link, relations.keys()) })
    }
  }

  #key(draft: Draft, attributes: ReadonlyMap<string, Attribute>): Attribute[] {
    return draft.key.flatMap((name) => {
      const attribute = attributes.get(name)
      if (attribute) return [attribute]
      if (!draft.attributes.has(name)) this.mistakes.add(draft.written.origin, draft.name, ['key'], { expected: `an attribute of ${draft.name}`, found: JSON.stringify(name), suggestion: nearest(name, attributes.keys()) })
      return []
    })
  }

  #locking({ name, written }: Draft, attributes: ReadonlyMap<string, Attribute>): Attribute | undefined {
    const { locking } = written.value
    if (typeof locking !== 'string') return undefined
    const attribute = attributes.get(locking)
    const type: AttributeType | undefined = attribute?.definition.type
    const part = attribute?.stored.kind === 'leaf' ? attribute.stored.part : undefined
    if (part !== undefined) this.mistakes.add(written.origin, name, ['locking'], { expected: 'an attribute in the class\'s own table', found: `${JSON.stringify(locking)}, which is in "${part.name}"` })
    if (type === 'number') return attribute
    this.mistakes.add(written.origin, name, ['locking'], { expected: `an attribute of ${name} with the type number`, found: type === undefined ? JSON.stringify(locking) : `the type ${type}`, suggestion: type === undefined ? nearest(locking, attributes.keys()) : undefined })
    return undefined
  }

  /** Two attributes that write the same column would contradict each other. */
  #columns({ name, mapping, attributes: written }: Draft, attributes: ReadonlyMap<string, Attribute>): void {
    const taken = new Map<string, string>()
    for (const attribute of attributes.values()) {
      for (const { column, part, path } of leavesOf(attribute.stored)) {
        const place = part === undefined ? column : `${part.name}.${column}`
        const other = taken.get(place)
        const origin = mapping?.origin ?? written.get(attribute.name)?.origin
        if (other !== undefined && origin) this.mistakes.add(origin, name, [mapping ? 'columns' : 'attributes', attribute.name], { expected: 'every column once', found: `${JSON.stringify(place)} for ${path} and for ${other}` })
        else taken.set(place, path)
      }
    }
  }
}

function draftOf(written: Written<ClassDefinition>, mapping: Written<MappingDefinition> | undefined): Draft {
  const { key } = written.value
  return { name: written.value.class, written, mapping, key: key === undefined ? [] : typeof key === 'string' ? [key] : key, attributes: new Map(), relations: new Map(), search: [] }
}

function inFull(definition: string | AttributeDefinition): AttributeDefinition {
  // The schema lets only those types be short that need no more than their name.
  return typeof definition === 'string' ? ({ type: definition } as AttributeDefinition) : definition
}

/** The class, where it is this file that describes it: of two, the second adds nothing. */
function draftIn(drafts: ReadonlyMap<string, Draft>, name: string, origin: Origin): Draft | undefined {
  const draft = drafts.get(name)
  return draft?.written.origin === origin ? draft : undefined
}
