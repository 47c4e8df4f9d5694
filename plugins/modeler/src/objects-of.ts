import { codeOf, type Call, type Client } from '@caruso/contract'
import type { Change, Changed, Objects, Shape } from './contract.ts'
import { describe, type AttributeValue, type CountName, type KeyName, type KeyOf, type ObjectDefinition, type ObjectOf, type ReferenceTo } from './define-object.ts'
import type { Filter } from './filter.ts'

/** Objects of a class that belong to one of another: the class, and what to answer of them. */
export interface RelatedShape {
  readonly of: ObjectDefinition
  readonly fields?: readonly string[]
  readonly with?: RelatedShapes
  readonly where?: Filter | string
  readonly order?: readonly { readonly attribute: string; readonly desc?: boolean }[]
}

export type RelatedShapes = Readonly<Record<string, RelatedShape>>

type AttributeName<D extends ObjectDefinition> = keyof D['attributes'] & string
type AlwaysThere<D extends ObjectDefinition> = KeyName<D> | (D['locking'] extends string ? D['locking'] : CountName<D>)
type Chosen<D extends ObjectDefinition, F> = F extends readonly (infer Name)[] ? Pick<ObjectOf<D>, Extract<Name | AlwaysThere<D>, keyof ObjectOf<D>>> : ObjectOf<D>

type RelatedOf<D extends ObjectDefinition, Name, S extends RelatedShape> = Name extends keyof D['relations']
  ? D['relations'][Name] extends { readonly many: string }
    ? readonly FoundOf<S>[]
    : FoundOf<S> | null
  : Name extends AttributeName<D>
    ? FoundOf<S> | (null extends ObjectOf<D>[Name] ? null : never)
    : never

type FoundOf<S extends RelatedShape> = Found<S['of'], S['fields'], S['with']>

/** An object as it is answered: the chosen attributes, and what was asked for of what belongs to it. */
export type Found<D extends ObjectDefinition, F, W> = W extends RelatedShapes ? Omit<Chosen<D, F>, keyof W> & { readonly [Name in keyof W]: RelatedOf<D, Name, W[Name]> } : Chosen<D, F>

export interface TypedShape<D extends ObjectDefinition, F extends readonly AttributeName<D>[] | undefined, W extends RelatedShapes | undefined> {
  readonly fields?: F
  readonly with?: W
}

export interface TypedFind<D extends ObjectDefinition, F extends readonly AttributeName<D>[] | undefined, W extends RelatedShapes | undefined> extends TypedShape<D, F, W> {
  readonly where?: Filter | string
  readonly order?: readonly { readonly attribute: string; readonly desc?: boolean }[]
  readonly limit?: number
  readonly after?: string
}

/** The key of an object that an earlier change of the same commit creates. */
export interface KeyOfCreated {
  readonly keyOf: number
}

type Given<A> = A extends { readonly type: 'reference' } ? AttributeValue<A> | KeyOfCreated : AttributeValue<A>
type Mandatory<D extends ObjectDefinition> = { [Name in AttributeName<D>]: Name extends KeyName<D> ? never : D['attributes'][Name] extends { readonly required: true } ? (D['attributes'][Name] extends { readonly default: unknown } ? never : Name) : never }[AttributeName<D>]

/** The values of a new object; its key may be left to the database. */
export type NewObject<D extends ObjectDefinition> = { readonly [Name in Mandatory<D>]: Given<D['attributes'][Name]> } & { readonly [Name in Exclude<AttributeName<D>, Mandatory<D>>]?: Given<D['attributes'][Name]> | null }
/** The values that a change sets. */
export type SetOf<D extends ObjectDefinition> = { readonly [Name in AttributeName<D>]?: Given<D['attributes'][Name]> | Extract<ObjectOf<D>[Name], null> }

/** What an object was when its user last saw it: its key, and the attributes that are to be changed or the counter of changes. */
type Seen<D extends ObjectDefinition> = KeyOf<D> & { readonly [Name in AttributeName<D>]?: unknown } & { readonly [Name in CountName<D>]: number }

/** The contract `objects` as one class sees it; types only, for every call goes through as it is. */
export interface ObjectsOf<D extends ObjectDefinition> {
  get<const F extends readonly AttributeName<D>[] | undefined = undefined, const W extends RelatedShapes | undefined = undefined>(key: KeyOf<D> | ReferenceTo<D>, call: Call, shape?: TypedShape<D, F, W>): Promise<Found<D, F, W> | null>
  find<const F extends readonly AttributeName<D>[] | undefined = undefined, const W extends RelatedShapes | undefined = undefined>(request: TypedFind<D, F, W>, call: Call): Promise<{ readonly objects: readonly Found<D, F, W>[]; readonly next: string | null }>
  count(where: Filter | string | undefined, call: Call): Promise<number>
  stream<const F extends readonly AttributeName<D>[] | undefined = undefined, const W extends RelatedShapes | undefined = undefined>(request: Omit<TypedFind<D, F, W>, 'limit' | 'after'>, call: Call): AsyncIterable<readonly Found<D, F, W>[]>
  /** Commits changes, of other classes too. */
  commit(changes: readonly Change[], call: Call): Promise<readonly Changed[]>
  /** Changes to commit. */
  create(values: NewObject<D>): Change
  update(seen: Seen<D>, set: SetOf<D>): Change
  remove(seen: Seen<D>): Change
  restore(key: KeyOf<D>): Change
}

/**
 * The objects of one class that code has defined. Where the modeler does not know the class yet, or not in this form,
 * it is declared, which takes the permission `objects.declare`.
 */
export function objectsOf<const D extends ObjectDefinition>(objects: Client<typeof Objects>, definition: D): ObjectsOf<D> {
  const { class: name } = definition
  const keyNames = definition.key === undefined ? [] : typeof definition.key === 'string' ? [definition.key] : definition.key
  const keyOf = (seen: Readonly<Record<string, unknown>>): Record<string, unknown> => Object.fromEntries(keyNames.map((key) => [key, seen[key]]))
  const asKey = (key: unknown): Readonly<Record<string, unknown>> => (typeof key === 'object' && key !== null ? { ...key } : { [keyNames[0] ?? '']: key })
  const declared = declaring(objects, definition)
  const typed = {
    get: async (key: unknown, call: Call, shape: { readonly with?: RelatedShapes } = {}) => (await declared(() => objects.get({ class: name, key: asKey(key), ...untyped(shape) }, call), call)).object,
    find: (request: { readonly with?: RelatedShapes }, call: Call) => declared(() => objects.find({ class: name, ...untyped(request) }, call), call),
    count: async (where: Filter | string | undefined, call: Call) => (await declared(() => objects.count({ class: name, ...(where === undefined ? {} : { where }) }, call), call)).count,
    async *stream(request: { readonly with?: RelatedShapes }, call: Call) {
      // Whether the class is known shows with the first batch.
      const { batches, first } = await declared(async () => {
        const batches = objects.stream({ class: name, ...untyped(request) }, call)[Symbol.asyncIterator]()
        return { batches, first: await batches.next() }
      }, call)
      try {
        for (let batch = first; !batch.done; batch = await batches.next()) yield batch.value.objects
      } finally {
        await batches.return?.()
      }
    },
    commit: async (changes: readonly Change[], call: Call) => (await declared(() => objects.commit({ changes }, call), call)).results,
    create: (values: Readonly<Record<string, unknown>>): Change => ({ create: name, values }),
    update: (seen: Readonly<Record<string, unknown>>, set: Readonly<Record<string, unknown>>): Change => ({ update: name, key: keyOf(seen), set, seen }),
    remove: (seen: Readonly<Record<string, unknown>>): Change => ({ remove: name, key: keyOf(seen), seen }),
    restore: (key: Readonly<Record<string, unknown>>): Change => ({ restore: name, key: keyOf(key) }),
  }
  // The answers have the types that the class says, which the modeler has checked against the same class.
  return typed as ObjectsOf<D>
}

/** What an operation fails with that meets no class, or an older form of it: conditions and orders name what it has not. */
const unknown = new Set(['CLASS_UNKNOWN', 'ATTRIBUTE_UNKNOWN', 'RELATION_UNKNOWN', 'REQUEST_INVALID'])

/** Declares the class each time it is found unknown: a modeler that has taken another's place knows nothing of it. */
function declaring(objects: Client<typeof Objects>, definition: ObjectDefinition): <T>(work: () => Promise<T>, call: Call) => Promise<T> {
  return async (work, call) => {
    try {
      return await work()
    } catch (error) {
      if (!unknown.has(codeOf(error) ?? '')) throw error
      await declare(objects, definition, error, call)
      return await work()
    }
  }
}

async function declare(objects: Client<typeof Objects>, definition: ObjectDefinition, reason: unknown, call: Call): Promise<void> {
  try {
    await objects.declare({ definitions: [...describe(definition)] }, call)
  } catch (error) {
    // Who may not declare uses a class of the files: what is wrong is the request.
    throw codeOf(error) === 'FORBIDDEN' && codeOf(reason) !== 'CLASS_UNKNOWN' ? reason : error
  }
}

/** A request without the classes of what is related, which only the types need. */
function untyped<R extends { readonly with?: RelatedShapes }>(request: R): Omit<R, 'with'> & { readonly with?: Readonly<Record<string, Shape>> } {
  const { with: related, ...rest } = request
  return related === undefined ? rest : { ...rest, with: Object.fromEntries(Object.entries(related).map(([name, shape]) => [name, withoutClass(shape)])) }
}

function withoutClass(shape: RelatedShape): Shape {
  return Object.fromEntries(Object.entries(untyped(shape)).filter(([key]) => key !== 'of'))
}
