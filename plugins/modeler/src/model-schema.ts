import { type DeepReadonly, type Static, Type } from '@caruso/contract'
import { Attribute, attributeNamePattern, className, type AttributeDefinition } from './attribute-schema.ts'

const name = Type.String({ title: 'the name of an attribute: letters and digits, first a small letter', pattern: attributeNamePattern })
const description = Type.Optional(Type.String({ title: 'a text', description: 'What it is, for people', maxLength: 10_000 }))
const attributes = Type.Record(Type.String({ pattern: attributeNamePattern }), Attribute, { title: 'a mapping of attributes by name', description: 'The attributes by name: the type, or a mapping with the key "type"' })

const closed = { additionalProperties: false } as const

/** The other end of a reference, or links to many objects that may each have many. */
export const Relation = Type.Union(
  [
    Type.Object({ many: className, by: Type.Optional({ ...name, description: 'The reference there that leads here, or the relation there whose other end this is; without it, objects are linked by a table of their own' }), description }, closed),
    Type.Object({ one: className, by: { ...name, description: 'The unique reference there that leads here' }, description }, closed),
  ],
  { title: 'a mapping with the key "many" or "one"' },
)

const relations = Type.Optional(Type.Record(Type.String({ pattern: attributeNamePattern }), Relation, { title: 'a mapping of relations by name', description: 'What objects of other classes belong to one of this' }))

const sentence = Type.String({ title: 'a text', minLength: 1, maxLength: 1_000 })

/** What must hold between several attributes of an object. */
export const Rule = Type.Object(
  {
    must: Type.String({ title: 'a condition', description: 'What holds for every object, a condition over its attributes and what is related', minLength: 1, maxLength: 10_000 }),
    message: Type.Optional(Type.Union([sentence, Type.Record(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' }), sentence)], { title: 'a text, or a mapping of texts by language', description: 'What people are told where it does not hold: a text, its key, or texts by language' })),
    attributes: Type.Optional(Type.Array(name, { title: 'a list of attributes', description: 'The attributes that are told to be wrong; those that the condition names without it', minItems: 1, maxItems: 100 })),
  },
  { title: 'a mapping with the key "must"', ...closed },
)

const formula = Type.String({ title: 'a formula', minLength: 1, maxLength: 10_000 })

/** What is computed of attributes: the formula, or a mapping with it. */
export const ComputedAttribute = Type.Union([formula, Type.Object({ formula, description }, { title: 'a mapping with the key "formula"', ...closed })], { title: 'a formula, or a mapping with the key "formula"' })

const computed = Type.Optional(Type.Record(Type.String({ pattern: attributeNamePattern }), ComputedAttribute, { title: 'a mapping of computed attributes by name', description: 'What is computed of attributes and of what they refer to, and can only be read' }))

const rules = Type.Optional(Type.Record(Type.String({ pattern: attributeNamePattern }), Rule, { title: 'a mapping of rules by name', description: 'What must hold between several attributes, under names of your own' }))

const search = Type.Optional(Type.Array(Type.String({ title: 'the name of an attribute, or the way to a part of one', minLength: 1, maxLength: 256 }), { title: 'a list of attributes', description: 'The attributes in which a search looks for words, the most important first: their names, or the ways to their parts; all that hold texts without it', minItems: 1, maxItems: 32 }))

const Class = Type.Object({
  class: { ...className, description: 'The name of the class' },
  description,
  key: Type.Optional(Type.Union([name, Type.Array(name, { minItems: 1, maxItems: 8 })], { title: 'the name of an attribute, or a list of them', description: 'What tells one object from another; without it, objects can only be read' })),
  attributes,
  relations,
  locking: Type.Optional(Type.Union([name, Type.Boolean()], { title: 'the name of an attribute, or true', description: 'The number that counts the changes of an object, or true to have them counted beside the table; without it, a change is compared with what its author saw' })),
  history: Type.Optional(Type.Boolean({ title: 'true or false', description: 'Who changed what and when is kept, and how objects were' })),
  rules,
  computed,
  search,
  softDelete: Type.Optional(Type.Boolean({ title: 'true or false', description: 'A removed object stays in its table, and can be restored' })),
}, closed)

const Extension = Type.Object({ extend: { ...className, description: 'The class that gets more attributes or relations' }, attributes: Type.Optional(attributes), relations, rules, computed, search }, closed)

const ValueObject = Type.Object({ value: { ...className, description: 'The name of a group of attributes that classes may have as a whole' }, description, attributes }, closed)

/** A file in `model/`; published as `model.schema.json`. */
export const ModelSchema = Type.Union([Class, Extension, ValueObject], { title: 'a mapping with the key "class", "extend" or "value"', description: 'A class of business objects' })

/** The parts of the schema by the key that tells them apart. */
export const modelKinds = { class: Class, extend: Extension, value: ValueObject } as const

export type ComputedDefinition = DeepReadonly<Static<typeof ComputedAttribute>>
export type RuleDefinition = DeepReadonly<Static<typeof Rule>>
export type RelationDefinition = DeepReadonly<Static<typeof Relation>>
type Attributes = Readonly<Record<string, string | AttributeDefinition>>

/** A class as it is written down. */
export interface ClassDefinition {
  readonly class: string
  readonly description?: string
  readonly key?: string | readonly string[]
  readonly attributes: Attributes
  readonly relations?: Readonly<Record<string, RelationDefinition>> | undefined
  readonly rules?: Readonly<Record<string, RuleDefinition>> | undefined
  readonly computed?: Readonly<Record<string, ComputedDefinition>> | undefined
  readonly search?: readonly string[] | undefined
  readonly locking?: string | boolean
  readonly history?: boolean
  readonly softDelete?: boolean
}

export interface ExtensionDefinition {
  readonly extend: string
  readonly attributes?: Attributes
  readonly relations?: Readonly<Record<string, RelationDefinition>> | undefined
  readonly rules?: Readonly<Record<string, RuleDefinition>> | undefined
  readonly computed?: Readonly<Record<string, ComputedDefinition>> | undefined
  readonly search?: readonly string[] | undefined
}

export interface ValueDefinition {
  readonly value: string
  readonly description?: string
  readonly attributes: Attributes
}

export type ModelDefinition = ClassDefinition | ExtensionDefinition | ValueDefinition
