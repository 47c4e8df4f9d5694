import { type DeepReadonly, type Static, Type } from '@caruso/contract'

const attribute = Type.String({ minLength: 1, maxLength: 256, description: 'An attribute, or the way to it over parts and relations to one, such as customer.address.city' })

/** What an attribute is compared with; its type decides which values are allowed. */
export const Comparable = Type.Union([Type.Null(), Type.Boolean(), Type.Number(), Type.String(), Type.Record(Type.String(), Type.Unknown())])

/**
 * A condition over attributes, two-valued: `==`, `!=` and `in` compare null as a value; every other comparison with
 * null is false; `search` has the words of a text begin words of the attributes, without regard to case and accents. What has parts (money, an address, a composite reference) knows `==`, `!=` and `isNull`.
 */
export const Filter = Type.Cyclic(
  {
    Filter: Type.Union([
      Type.Object({ and: Type.Array(Type.Ref('Filter')) }),
      Type.Object({ or: Type.Array(Type.Ref('Filter')) }),
      Type.Object({ not: Type.Ref('Filter') }),
      Type.Object({ attribute, op: Type.Union([Type.Literal('=='), Type.Literal('!='), Type.Literal('<'), Type.Literal('<='), Type.Literal('>'), Type.Literal('>=')]), value: Comparable }),
      Type.Object({ attribute, in: Type.Array(Comparable) }),
      Type.Object({ attribute, startsWith: Type.String({ maxLength: 1000 }) }),
      Type.Object({ attribute, isNull: Type.Boolean() }),
      Type.Object({ search: Type.String({ minLength: 1, maxLength: 500 }), attributes: Type.Optional(Type.Array(attribute, { minItems: 1, maxItems: 100, description: 'Those that the class says, or that hold texts, without it' })) }),
      Type.Object({ expression: Type.String({ minLength: 1, maxLength: 10_000, description: 'A condition in the expression language' }) }),
    ]),
  },
  'Filter',
)

export type Filter = DeepReadonly<Static<typeof Filter>>
export type Comparable = DeepReadonly<Static<typeof Comparable>>
