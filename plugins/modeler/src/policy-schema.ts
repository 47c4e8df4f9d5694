import { type DeepReadonly, type Static, Type } from '@caruso/contract'
import { attributeNamePattern, className } from './attribute-schema.ts'

const closed = { additionalProperties: false } as const
const permission = Type.String({ title: 'the name of a permission', minLength: 1, maxLength: 200 })

/** What can be done with an object. */
export const Action = Type.Union([Type.Literal('read'), Type.Literal('create'), Type.Literal('update'), Type.Literal('remove')], { title: 'read, create, update or remove' })

const Grant = Type.Object(
  {
    may: Type.Union([Action, Type.Array(Action, { minItems: 1, maxItems: 4 })], { title: 'read, create, update or remove, or a list of them', description: 'What is allowed; what is to be updated or removed must be readable too' }),
    permission: Type.Optional(Type.Union([permission, Type.Array(permission, { minItems: 1, maxItems: 100 })], { title: 'a permission, or a list of them', description: 'Whom it is allowed: callers with any of these permissions; without it, everybody' })),
    where: Type.Optional(Type.String({ title: 'a condition', description: 'Which objects: a condition over the attributes and over "caller", with its identity, component and permissions; without it, all', minLength: 1, maxLength: 10_000 })),
  },
  { title: 'a mapping with the key "may"', ...closed },
)

const those = (description: string) => Type.Optional(Type.Union([permission, Type.Array(permission, { maxItems: 100 })], { title: 'a permission, or a list of them', description }))

const Restriction = Type.Object({ see: those('Who sees it: callers with any of these permissions; nobody for an empty list'), change: those('Who may set it, of those who see it') }, { title: 'a mapping with the keys "see" and "change"', ...closed })

/** A file in `policies/`; published as `policy.schema.json`. */
export const PolicySchema = Type.Object(
  {
    class: className,
    description: Type.Optional(Type.String({ title: 'a text', description: 'What it is for, for people', maxLength: 10_000 })),
    allow: Type.Record(Type.String({ pattern: attributeNamePattern }), Grant, { title: 'a mapping of what is allowed, by name', description: 'What is allowed, under names of your own; what none of them allows is refused' }),
    attributes: Type.Optional(Type.Record(Type.String({ pattern: attributeNamePattern }), Restriction, { title: 'a mapping of attributes or relations by name', description: 'Who sees and who changes an attribute or a relation; what is not named here, everybody who may read or change the object' })),
  },
  { title: 'a mapping with the keys "class" and "allow"', description: 'Who may see and change which objects of a class', ...closed },
)

export type Action = Static<typeof Action>
export type PolicyDefinition = DeepReadonly<Static<typeof PolicySchema>>
