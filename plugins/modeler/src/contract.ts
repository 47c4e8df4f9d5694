import { contract, type DeepReadonly, type Static, Type } from '@caruso/contract'
import type { MappingDefinition } from './mapping-schema.ts'
import type { ModelDefinition } from './model-schema.ts'
import { DurableEvent } from '@caruso/storage/contract'
import { Filter } from './filter.ts'
import { limits } from './limits.ts'

export { defineObject, defineValue, modelOf } from './define-object.ts'
export type { Address, AnyKey, AttributeValue, KeyOf, Money, ObjectDefinition, ObjectOf, ObjectValueDefinition, ReferenceTo } from './define-object.ts'
export { Filter } from './filter.ts'
export { EventConsumer } from '@caruso/storage/contract'
export type { Consumption, DurableEvent } from '@caruso/storage/contract'
export { objectsOf } from './objects-of.ts'
export type { ObjectsOf } from './objects-of.ts'
export type { ClassDefinition, ModelDefinition, ValueDefinition } from './model-schema.ts'
export type { MappingDefinition } from './mapping-schema.ts'

const className = Type.String({ minLength: 1, maxLength: 64, description: 'The name of a class' })
const name = Type.String({ minLength: 1, maxLength: 64 })
const path = Type.String({ minLength: 1, maxLength: 256, description: 'An attribute, or the way to it over parts and relations to one' })

// What is in an object its class says, and in a description the files' schema; here it is checked only that it is one.
const Definition = Type.Unsafe<ModelDefinition>({ type: 'object' })
const Mapping = Type.Unsafe<MappingDefinition>({ type: 'object' })
const Values = Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object' })

const Key = Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', description: 'The attributes of the key by name' })

const Order = Type.Array(Type.Object({ attribute: path, desc: Type.Optional(Type.Boolean()) }), { maxItems: 16, description: 'Nulls come first, last where it descends; the key follows, so that the order is always the same' })

const fields = Type.Optional(Type.Array(name, { maxItems: limits.attributes, description: 'The attributes to answer, all without it; the key and the counter of changes always come along' }))

/** A filter, or a condition in the expression language: `credit.amount > 1000 && orders.exists(o, o.total > 500)`. */
const Condition = Type.Union([Filter, Type.String({ minLength: 1, maxLength: 10_000 })])

/** What to answer of objects, and of those that belong to them. */
export const Shape = Type.Cyclic(
  {
    Shape: Type.Object({
      fields,
      with: Type.Optional(Type.Record(Type.String(), Type.Ref('Shape'), { description: 'Related objects by the name of the relation or reference' })),
      where: Type.Optional(Condition),
      order: Type.Optional(Order),
    }),
  },
  'Shape',
)

const removed = Type.Optional(Type.Union([Type.Literal('with'), Type.Literal('only')], { description: 'Of a class with soft deletion: those that the caller may remove, removed ones among them, or removed ones alone; without a policy this needs the permission objects.removed. Each object then says in "removed" when and by whom it was' }))
const related = Type.Optional(Type.Record(Type.String(), Shape, { description: 'Related objects by the name of the relation or reference, whose key they take the place of' }))
const where = Type.Optional(Condition)

const KeyOfChange = Type.Object({ keyOf: Type.Integer({ minimum: 0, description: 'The change that creates the object, counting from 0' }) })
const KeyOrCreated = Type.Union([KeyOfChange, Key])

/** One change of a commit. In `values` and `set` a reference may be `{ keyOf }`, the key of an object that an earlier change creates. */
export const Change = Type.Union([
  Type.Object({ create: className, values: Values }),
  Type.Object({ update: className, key: Key, set: Values, seen: Values }),
  Type.Object({ remove: className, key: Key, seen: Values }),
  Type.Object({ restore: className, key: Key }, { description: 'Of a class with soft deletion; needs the right to remove it, or without a policy the permission objects.removed' }),
  Type.Object({ link: className, relation: name, from: KeyOrCreated, to: KeyOrCreated }),
  Type.Object({ unlink: className, relation: name, from: Key, to: Key }),
])

/** What a change did: the key of the object, and where its class counts changes, the new count. */
export const Changed = Type.Object({ key: Type.Unsafe<Readonly<Record<string, unknown>> | null>({ type: ['object', 'null'] }), version: Type.Optional(Type.Number()) })

/** Dates, or the dates of instants in a time zone, by the first day of what they are in. Weeks begin on Monday. */
const Bucket = Type.Object({
  attribute: path,
  by: Type.Union([Type.Literal('day'), Type.Literal('week'), Type.Literal('month'), Type.Literal('quarter'), Type.Literal('year')]),
  zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'For instants, such as "Europe/Oslo"; UTC without it' })),
  as: Type.Optional(Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,62}$', description: 'Its name in the answer; the attribute without it' })),
})

/** A change of an object as its history tells it; `outside` is one by another application, at the moment when it was noticed. */
const Entry = Type.Object({
  version: Type.Integer({ description: 'How often the object was changed with it, 1 where it was created' }),
  kind: Type.Union([Type.Literal('created'), Type.Literal('updated'), Type.Literal('removed'), Type.Literal('restored'), Type.Literal('outside'), Type.Literal('linked'), Type.Literal('unlinked')]),
  at: Type.String(),
  by: Type.Union([Type.Null(), Type.String()]),
  component: Type.Union([Type.Null(), Type.String()]),
  reason: Type.Union([Type.Null(), Type.String()]),
  before: Type.Union([Type.Null(), Values], { description: 'The attributes that changed as they were, all where it was removed; of a link that was taken away the key of the other object by the name of the relation; null where it was not there' }),
  after: Type.Union([Type.Null(), Values], { description: 'The same as they became; what the database gave a new object is not told; of a link that was made the key of the other object' }),
})

const Aggregate = Type.Object({
  fn: Type.Union([Type.Literal('count'), Type.Literal('sum'), Type.Literal('avg'), Type.Literal('min'), Type.Literal('max')]),
  attribute: Type.Optional(path),
  distinct: Type.Optional(Type.Boolean({ description: 'For count' })),
})

const scalar = Type.Enum(['text', 'number', 'boolean', 'date', 'time', 'instant', 'duration'])
const NameType = Type.Union([scalar, Type.Object({ list: scalar }), Type.Object({ object: Type.String() }), Type.Object({ many: Type.String() })])

const consumer = Type.String({ pattern: '^[a-z][A-Za-z0-9-]{0,62}$', description: 'A name of its own for each thing that a component does with events; consumers belong to their component' })
const topic = Type.String({ pattern: '^[a-z][A-Za-z0-9-]*(\\.[A-Za-z0-9-]+)+$', maxLength: 190, description: 'The contract and its event, such as sales.won' })

/** A durable event of a commit: it is written with its changes, or not at all. */
const CommittedEvent = Type.Object({
  topic,
  payload: Type.Unknown({ description: 'A JSON value of at most a megabyte; the policy of the topic says who may wait for it' }),
  change: Type.Optional(Type.Integer({ minimum: 0, description: 'The change of whose object the event is; its `subject` then is the key, of several attributes their values as JSON' })),
})

const FindInput = Type.Object({
  class: className,
  where,
  order: Type.Optional(Order),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.objects, description: `How many at most; without it all, which may be ${limits.objects}` })),
  after: Type.Optional(Type.String({ maxLength: 100_000, description: 'The `next` of the page before' })),
  fields,
  with: related,
  removed,
})

export type CommittedEvent = DeepReadonly<Static<typeof CommittedEvent>>
export type Bucket = DeepReadonly<Static<typeof Bucket>>
export type Change = DeepReadonly<Static<typeof Change>>
export type Changed = DeepReadonly<Static<typeof Changed>>
export type Shape = DeepReadonly<Static<typeof Shape>>

/** Business objects: read by conditions over attributes, changed in sets that are atomic and checked against what the caller saw. */
export const Objects = contract({
  name: 'objects',
  version: '1.2.0',
  operations: {
    get: {
      description: 'One object by its key, or null',
      input: Type.Object({ class: className, key: Key, fields, with: related, removed }),
      output: Type.Object({ object: Type.Unsafe<Readonly<Record<string, unknown>> | null>({ type: ['object', 'null'] }) }),
      idempotent: true,
    },
    find: {
      description: 'Objects in an order that is always the same; `next` leads to the page after, null on the last',
      input: FindInput,
      output: Type.Object({ objects: Type.Array(Values), next: Type.Union([Type.Null(), Type.String()]) }),
      idempotent: true,
    },
    search: {
      description: 'Objects in whose attributes the words of a text are found, each as the beginning of a word, without regard to case and accents; the best first, unless an order is asked for',
      input: Type.Object({ ...FindInput.properties, text: Type.String({ minLength: 1, maxLength: 500 }), attributes: Type.Optional(Type.Array(path, { minItems: 1, maxItems: 100, description: 'Those that the class says, or that hold texts, without it; the first count most' })) }),
      output: Type.Object({ objects: Type.Array(Values), next: Type.Union([Type.Null(), Type.String()]) }),
      idempotent: true,
    },
    count: {
      description: 'How many objects there are',
      input: Type.Object({ class: className, where, removed }),
      output: Type.Object({ count: Type.Integer() }),
      idempotent: true,
    },
    aggregate: {
      description: 'Figures of groups of objects, each with what it is grouped by',
      input: Type.Object({
        class: className,
        where,
        removed,
        group: Type.Optional(Type.Array(Type.Union([path, Bucket]), { maxItems: 16 })),
        figures: Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,62}$' }), Aggregate, { minProperties: 1 }),
        order: Type.Optional(Type.Array(Type.Object({ by: Type.String({ description: 'A figure, or what is grouped by' }), desc: Type.Optional(Type.Boolean()) }), { maxItems: 16 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.objects })),
      }),
      output: Type.Object({ groups: Type.Array(Values) }),
      idempotent: true,
    },
    stream: {
      description: 'All objects in batches, so that memory does not grow with their number',
      input: Type.Object({ class: className, where, order: Type.Optional(Order), fields, with: related, removed }),
      stream: Type.Object({ objects: Type.Array(Values) }),
      idempotent: true,
      timeout: 3_600_000,
    },
    export: {
      description: 'All objects as text for other programs, the beginning first: CSV, or one JSON object a line',
      input: Type.Object({
        class: className,
        where,
        order: Type.Optional(Order),
        columns: Type.Optional(Type.Array(path, { minItems: 1, maxItems: limits.attributes, description: 'Attributes, or ways to them over relations to one; all attributes without it' })),
        format: Type.Union([Type.Literal('csv'), Type.Literal('jsonl')]),
        separator: Type.Optional(Type.Union([Type.Literal(','), Type.Literal(';'), Type.Literal('\t')], { description: 'Of CSV; a comma without it' })),
        spreadsheet: Type.Optional(Type.Boolean({ description: 'CSV for a spreadsheet: with a byte order mark, and an apostrophe before texts that would be formulas' })),
      }),
      stream: Type.Object({ text: Type.String() }),
      idempotent: true,
      timeout: 3_600_000,
    },
    commit: {
      description: 'Changes of objects of one data source, all or none, in order; updates and removals only where nobody changed what the caller saw',
      input: Type.Object({ changes: Type.Array(Change, { minItems: 1, maxItems: limits.changes }), reason: Type.Optional(Type.String({ maxLength: 1_000, description: 'Why, as the history tells it' })), events: Type.Optional(Type.Array(CommittedEvent, { maxItems: 100 })), handled: Type.Optional(Type.Object({ consumer, id: Type.String({ format: 'uuid' }) }, { description: 'The event that this commit answers: done once, since a second time fails with `ALREADY_HANDLED`' })) }),
      output: Type.Object({ results: Type.Array(Changed) }),
    },
    events: {
      description: 'The next durable events for a consumer of the caller, the oldest first, after those that it has acknowledged',
      input: Type.Object({ of: className, consumer, topics: Type.Array(topic, { minItems: 1, maxItems: 100 }), from: Type.Union([Type.Literal('begin'), Type.Literal('now')], { description: 'Where a consumer begins that was never heard of' }), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })) }),
      output: Type.Object({ events: Type.Array(DurableEvent) }),
      idempotent: true,
    },
    acknowledge: {
      description: 'A consumer of the caller is done with all events up to one',
      input: Type.Object({ of: className, consumer, seq: Type.Integer({ minimum: 0 }) }),
      output: Type.Object({}),
      idempotent: true,
    },
    history: {
      description: 'Who changed an object, what, when and why, the newest change first; `next` is the `after` of the page after',
      input: Type.Object({ class: className, key: Key, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })), after: Type.Optional(Type.Integer({ minimum: 0 })) }),
      output: Type.Object({ entries: Type.Array(Entry), next: Type.Union([Type.Null(), Type.Integer()]) }),
      idempotent: true,
    },
    past: {
      description: 'An object as it was at an instant, or after so many changes; null where it was not there',
      input: Type.Object({ class: className, key: Key, at: Type.Union([Type.Object({ instant: Type.String({ format: 'date-time', maxLength: 40 }) }), Type.Object({ version: Type.Integer({ minimum: 1 }) })]) }),
      output: Type.Object({ object: Type.Union([Type.Null(), Values]), version: Type.Union([Type.Null(), Type.Integer()]) }),
      idempotent: true,
    },
    declare: {
      description: 'Adds a class of a component\'s own, or takes in its new form; what the files of the assembly say of its mapping holds',
      input: Type.Object({ definitions: Type.Array(Definition, { minItems: 1, maxItems: 100 }), mapping: Type.Optional(Mapping) }),
      output: Type.Object({}),
      idempotent: true,
      permission: 'objects.declare',
    },
    classes: {
      description: 'The classes there are, and why some cannot be used',
      input: Type.Object({}),
      output: Type.Object({ classes: Type.Array(Type.Object({ name: className, source: Type.String(), table: Type.String(), readonly: Type.Optional(Type.String()), unusable: Type.Optional(Type.String()) })) }),
      idempotent: true,
    },
    names: {
      description: 'What conditions may name of each class and of each value with parts, such as "Invoice.open", by the types of the expression language; the attributes that keys are made of, and the texts that choices are of',
      input: Type.Object({}),
      output: Type.Object({ classes: Type.Record(Type.String(), Type.Record(Type.String(), NameType)), keys: Type.Record(Type.String(), Type.Array(name)), choices: Type.Record(Type.String(), Type.Record(name, Type.Array(Type.String()))) }),
      idempotent: true,
    },
  },
  events: {
    emitted: { description: 'Durable events were committed; who waits for some looks at once', payload: Type.Object({}) },
  },
})
