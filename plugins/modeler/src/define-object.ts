import type { AttributeDefinition } from './attribute-schema.ts'
import type { ClassDefinition, ModelDefinition } from './model-schema.ts'

/** A class as code declares it: what a file in `model/` would say, with other classes given by themselves or by name. */
export interface ObjectDefinition {
  readonly class: string
  readonly description?: string
  readonly key?: string | readonly string[]
  readonly attributes: Readonly<Record<string, DefinedAttribute>>
  readonly relations?: ClassDefinition['relations']
  readonly rules?: ClassDefinition['rules']
  readonly computed?: ClassDefinition['computed']
  readonly search?: readonly string[]
  readonly locking?: string | boolean
  readonly history?: boolean
  readonly softDelete?: boolean
}

export interface ObjectValueDefinition {
  readonly value: string
  readonly description?: string
  readonly attributes: Readonly<Record<string, DefinedAttribute>>
}

type ByName<A> = A extends { readonly type: 'reference' } ? Omit<A, 'to'> & { readonly to: string | ObjectDefinition } : A extends { readonly type: 'value' } ? Omit<A, 'of'> & { readonly of: ObjectValueDefinition } : A
export type DefinedAttribute = ShortType | ByName<AttributeDefinition>
type ShortType = Exclude<AttributeDefinition['type'], 'choice' | 'choices' | 'reference' | 'value'>

/** Declares a class; the type of its objects is `ObjectOf<typeof it>`. */
export function defineObject<const D extends ObjectDefinition>(definition: D): D {
  return Object.freeze(definition)
}

/** Declares a group of attributes that classes may have as a whole. */
export function defineValue<const D extends ObjectValueDefinition>(definition: D): D {
  return Object.freeze(definition)
}

/** What a component says under `needs` of a requirement of objects: the classes that it brings, whose tables are made before it starts. */
export function modelOf(...classes: readonly ObjectDefinition[]): { readonly definitions: readonly ModelDefinition[] } {
  const described = classes.flatMap((one) => describe(one))
  return { definitions: [...new Map(described.map((one) => ['class' in one ? one.class : 'value' in one ? `value ${one.value}` : one.extend, one])).values()] }
}

/** An amount as a decimal, with the three letters of its currency. */
export interface Money {
  readonly amount: string
  readonly currency: string
}

export interface Address {
  readonly street: string | null
  readonly postalCode: string | null
  readonly city: string | null
  readonly region: string | null
  readonly country: string | null
}

/** The key of an object whose class is known by its name only. */
export type AnyKey = string | number | { readonly [part: string]: AnyKey }

interface ValueTypes {
  text: string
  'long-text': string
  number: number
  decimal: string
  money: Money
  percent: string
  'yes-no': boolean
  date: string
  time: string
  instant: string
  duration: string
  'e-mail': string
  telephone: string
  address: Address
  link: string
  file: string
}

type TypeOf<A> = A extends string ? A : A extends { readonly type: infer T } ? T : never

/** A value of an attribute, null apart. */
export type AttributeValue<A> =
  TypeOf<A> extends keyof ValueTypes
    ? ValueTypes[TypeOf<A>]
    : A extends { readonly type: 'choice'; readonly of: readonly (infer Option)[] }
      ? Option
      : A extends { readonly type: 'choices'; readonly of: readonly (infer Option)[] }
        ? readonly Option[]
        : A extends { readonly type: 'value'; readonly of: { readonly attributes: infer Parts } }
          ? { readonly [Part in keyof Parts]: AttributeValue<Parts[Part]> | null }
          : A extends { readonly type: 'reference'; readonly to: infer Target }
            ? Target extends ObjectDefinition
              ? ReferenceTo<Target>
              : AnyKey
            : never

/** The names of the attributes that make up the key. */
export type KeyName<D extends ObjectDefinition> = D['key'] extends string ? D['key'] : D['key'] extends readonly (infer Name extends string)[] ? Name : never

type RequiredName<D extends ObjectDefinition> = { [Name in keyof D['attributes']]: D['attributes'][Name] extends { readonly required: true } ? Name : Name extends KeyName<D> ? Name : never }[keyof D['attributes']]

/** The key of an object: its attributes by name. */
export type KeyOf<D extends ObjectDefinition> = { readonly [Name in KeyName<D> & keyof D['attributes']]: AttributeValue<D['attributes'][Name]> }

/** What a reference holds: the value of a key of one attribute, else the key. */
export type ReferenceTo<D extends ObjectDefinition> = D['key'] extends string ? (D['key'] extends keyof D['attributes'] ? AttributeValue<D['attributes'][D['key']]> : never) : KeyOf<D>

/** What objects have beside their attributes whose changes are counted beside their table. */
export type CountName<D extends ObjectDefinition> = D['locking'] extends true ? 'version' : never

/** An object of a class, with what is related to it left out. */
export type ObjectOf<D extends ObjectDefinition> = { readonly [Name in keyof D['attributes'] | CountName<D>]: Name extends keyof D['attributes'] ? AttributeValue<D['attributes'][Name]> | (Name extends RequiredName<D> ? never : null) : number }

/** The class, and the value objects and classes that it names by themselves, with everything by name, as it is sent. */
export function describe(definition: ObjectDefinition): readonly ModelDefinition[] {
  const described = new Map<string, ModelDefinition>()
  const named = (attributes: Readonly<Record<string, DefinedAttribute>>): Record<string, string | AttributeDefinition> =>
    Object.fromEntries(
      Object.entries(attributes).map(([name, attribute]) => {
        if (typeof attribute === 'string') return [name, attribute]
        if (attribute.type === 'reference') return [name, { ...attribute, to: typeof attribute.to === 'string' ? attribute.to : add(attribute.to) }]
        if (attribute.type !== 'value') return [name, attribute]
        const { of } = attribute
        described.set(of.value, { ...of, attributes: named(of.attributes) })
        return [name, { ...attribute, of: of.value }]
      }),
    )
  const add = (one: ObjectDefinition): string => {
    // Its place is taken before its attributes are looked at, which may lead back to it.
    if (!described.has(one.class)) {
      described.set(one.class, { ...one, attributes: {} })
      described.set(one.class, { ...one, attributes: named(one.attributes) })
    }
    return one.class
  }
  add(definition)
  return [...described.values()]
}
