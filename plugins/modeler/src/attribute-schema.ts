import { type DeepReadonly, type Static, type TSchema, Type } from '@caruso/contract'

// A title says what is expected, in the words of error messages; a description says what it is for, in an editor.

const truth = (description: string) => Type.Optional(Type.Boolean({ title: 'true or false', description }))
const length = (description: string) => Type.Optional(Type.Integer({ title: 'a whole number', minimum: 0, description }))
const text = (title: string, description: string) => Type.String({ title, description, minLength: 1, maxLength: 1000 })
const exact = (description: string) => Type.Optional(Type.Union([Type.Number(), Type.String({ pattern: '^-?\\d{1,38}(\\.\\d{1,38})?$' })], { title: 'a number, in quotes where it has many digits', description }))
const day = (description: string) => Type.Optional(Type.String({ title: 'a date such as "2026-11-24"', pattern: '^\\d{4}-\\d\\d-\\d\\d$', description }))

/** The name of a class, a value object or an attribute. */
export const className = Type.String({ title: 'the name of a class: letters and digits, first a capital letter', pattern: '^[A-Z][A-Za-z0-9]{0,62}$' })
export const attributeNamePattern = '^[a-z][A-Za-z0-9]{0,62}$'

const nameBefore = Type.String({ title: 'the name of an attribute', pattern: attributeNamePattern })
const every = {
  description: Type.Optional(text('a text', 'What it is, for people')),
  required: truth('Every object has a value'),
  unique: truth('No two objects have the same value; the database holds to it, where it has such an index'),
  was: Type.Optional(Type.Union([nameBefore, Type.Array(nameBefore)], { title: 'the name of an attribute, or a list of them', description: 'What it was called before, the last name first: its column is renamed and keeps its values, and histories tell it by its name of now' })),
}
const range = { min: exact('The least value'), max: exact('The greatest value'), default: exact('What a new object gets') }
const options = Type.Array(text('a text', 'One of the choices'), { title: 'a list of texts', description: 'The choices, in the order in which people see them', minItems: 1 })

const typed = <const T extends string, Keys extends Record<string, TSchema>>(type: T, keys: Keys) => Type.Object({ type: Type.Literal(type), ...every, ...keys }, { additionalProperties: false })

/** What can be said of an attribute, by its type. */
export const attributeSchemas = {
  text: typed('text', { min: length('The fewest characters'), max: length('The most characters'), pattern: Type.Optional(text('a pattern', 'A regular expression that the whole text matches, without look-around and back-references')), default: Type.Optional(text('a text', 'What a new object gets')) }),
  'long-text': typed('long-text', { max: length('The most characters') }),
  number: typed('number', { ...range }),
  decimal: typed('decimal', { ...range, scale: length('The most digits after the point') }),
  money: typed('money', { min: range.min, max: range.max, scale: length('The most digits after the point'), currency: Type.Optional(Type.String({ title: 'a currency such as EUR', description: 'The currency of every amount; without it, each amount has its own', pattern: '^[A-Z]{3}$' })) }),
  percent: typed('percent', { ...range, scale: length('The most digits after the point') }),
  'yes-no': typed('yes-no', { default: truth('What a new object gets') }),
  date: typed('date', { min: day('The first day'), max: day('The last day'), default: Type.Optional(text('a date such as "2026-11-24", or "today"', 'What a new object gets; today is the day in UTC')) }),
  time: typed('time', {}),
  instant: typed('instant', { default: Type.Optional(Type.Literal('now', { title: 'now', description: 'A new object gets the moment of its creation' })) }),
  duration: typed('duration', { min: exact('The least microseconds'), max: exact('The most microseconds') }),
  choice: typed('choice', { of: options, default: Type.Optional(text('a text', 'What a new object gets')) }),
  choices: typed('choices', { of: options }),
  'e-mail': typed('e-mail', {}),
  telephone: typed('telephone', {}),
  address: typed('address', {}),
  link: typed('link', {}),
  file: typed('file', {}),
  reference: typed('reference', { to: className }),
  value: typed('value', { of: className }),
} as const

export type AttributeType = keyof typeof attributeSchemas

export const attributeTypes = Object.keys(attributeSchemas) as readonly AttributeType[]

/** The types that need nothing but their name: `name: text` says as much as `name: { type: text }`. */
export const shortTypes = attributeTypes.filter((type) => !['choice', 'choices', 'reference', 'value'].includes(type))

export const Attribute = Type.Union([Type.Enum(shortTypes as [string, ...string[]], { description: 'The type, where there is no more to say' }), ...Object.values(attributeSchemas)], {
  title: `the type of an attribute or a mapping with the key "type"`,
})

/** What is said of an attribute, its short form written out. */
/** What an attribute was called before, the last name first. */
export function namesBefore({ was = [] }: Pick<AttributeDefinition, 'was'>): readonly string[] {
  return typeof was === 'string' ? [was] : was
}

export type AttributeDefinition = { readonly [T in AttributeType]: DeepReadonly<Static<(typeof attributeSchemas)[T]>> }[AttributeType]
