import { type DeepReadonly, type Static, Type } from '@caruso/contract'
import { attributeNamePattern, className } from './attribute-schema.ts'

const closed = { additionalProperties: false } as const
const permission = Type.String({ title: 'the name of a permission', minLength: 1, maxLength: 200 })

/** What can be done with an object. */
export const Action = Type.Union([Type.Literal('read'), Type.Literal('create'), Type.Literal('update'), Type.Literal('remove')], { title: 'read, create, update or remove' })

/** What can be done with durable events. */
const TopicAction = Type.Union([Type.Literal('consume'), Type.Literal('emit')], { title: 'consume or emit' })

const permitted = Type.Optional(Type.Union([permission, Type.Array(permission, { minItems: 1, maxItems: 100 })], { title: 'a permission, or a list of them', description: 'Whom it is allowed: callers with any of these permissions; without it, everybody' }))

const TopicGrant = Type.Object(
  {
    may: Type.Union([TopicAction, Type.Array(TopicAction, { minItems: 1, maxItems: 2 })], { title: 'consume or emit, or a list of them', description: 'What is allowed' }),
    permission: permitted,
    where: Type.Optional(Type.String({ title: 'a condition', description: 'Which callers: a condition over "caller", with its identity, component and permissions; without it, all', minLength: 1, maxLength: 10_000 })),
  },
  { title: 'a mapping with the key "may"', ...closed },
)

const Grant = Type.Object(
  {
    may: Type.Union([Action, Type.Array(Action, { minItems: 1, maxItems: 4 })], { title: 'read, create, update or remove, or a list of them', description: 'What is allowed; what is to be updated or removed must be readable too' }),
    permission: permitted,
    where: Type.Optional(Type.String({ title: 'a condition', description: 'Which objects: a condition over the attributes and over "caller", with its identity, component and permissions; without it, all', minLength: 1, maxLength: 10_000 })),
  },
  { title: 'a mapping with the key "may"', ...closed },
)

const description = Type.Optional(Type.String({ title: 'a text', description: 'What it is for, for people', maxLength: 10_000 }))

const those = (about: string) => Type.Optional(Type.Union([permission, Type.Array(permission, { maxItems: 100 })], { title: 'a permission, or a list of them', description: about }))

const Restriction = Type.Object({ see: those('Who sees it: callers with any of these permissions; nobody for an empty list'), change: those('Who may set it, of those who see it') }, { title: 'a mapping with the keys "see" and "change"', ...closed })

/** A file in `policies/` about a class. */
export const PolicySchema = Type.Object(
  {
    class: className,
    description,
    allow: Type.Record(Type.String({ pattern: attributeNamePattern }), Grant, { title: 'a mapping of what is allowed, by name', description: 'What is allowed, under names of your own; what none of them allows is refused' }),
    attributes: Type.Optional(Type.Record(Type.String({ pattern: attributeNamePattern }), Restriction, { title: 'a mapping of attributes or relations by name', description: 'Who sees and who changes an attribute or a relation; what is not named here, everybody who may read or change the object' })),
  },
  { title: 'a mapping with the keys "class" and "allow"', description: 'Who may see and change which objects of a class', ...closed },
)

/** A file in `policies/` about the durable events of a topic. */
export const TopicPolicySchema = Type.Object(
  {
    topic: Type.String({ title: 'a topic such as sales.won', description: 'The topic of durable events', pattern: '^[a-z][A-Za-z0-9-]*(\\.[A-Za-z0-9-]+)+$', maxLength: 190 }),
    description,
    allow: Type.Record(Type.String({ pattern: attributeNamePattern }), TopicGrant, { title: 'a mapping of what is allowed, by name', description: 'What is allowed, under names of your own; what none of them allows is refused' }),
  },
  { title: 'a mapping with the keys "topic" and "allow"', description: 'Who may consume and emit the durable events of a topic', ...closed },
)

/** Published as `policy.schema.json`. */
export const PolicyFileSchema = Type.Union([PolicySchema, TopicPolicySchema])

export type TopicAction = Static<typeof TopicAction>
export type TopicPolicyDefinition = DeepReadonly<Static<typeof TopicPolicySchema>>
export type Action = Static<typeof Action>
export type PolicyDefinition = DeepReadonly<Static<typeof PolicySchema>>
