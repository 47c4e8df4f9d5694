import type { AttributeDefinition } from './attribute-schema.ts'
import type { MappingDefinition } from './mapping-schema.ts'
import type { Origin } from './mistake.ts'
import type { ClassDefinition, RelationDefinition } from './model-schema.ts'

/** A description, checked against its schema, and where it stands. */
export interface Written<T> {
  readonly value: T
  readonly origin: Origin
}

/** An attribute or relation as it was written, whether with its class or in an extension. */
export interface WrittenMember<T> {
  readonly definition: T
  readonly origin: Origin
}

/** A class put together of what was written of it. */
export interface Draft {
  readonly name: string
  readonly written: Written<ClassDefinition>
  readonly mapping: Written<MappingDefinition> | undefined
  readonly key: readonly string[]
  readonly attributes: Map<string, WrittenMember<AttributeDefinition>>
  readonly relations: Map<string, WrittenMember<RelationDefinition>>
  /** Where a search looks for words, as it was written. */
  readonly search: { readonly path: string; readonly at: readonly string[]; readonly origin: Origin }[]
}
