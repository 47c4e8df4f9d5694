import { type DeepReadonly, type Static, Type } from '@caruso/contract'
import { attributeNamePattern, className } from './attribute-schema.ts'

const column = Type.String({ title: 'the name of a column', minLength: 1, maxLength: 256 })
const stored = Type.Union([Type.String({ minLength: 1 }), Type.Number()], { title: 'a text or a number' })

const format = Type.String({ title: 'a format such as "DD.MM.YYYY"', minLength: 4, maxLength: 64 })

/** A column with the way in which it holds its values. */
export const ConvertedColumn = Type.Object(
  {
    column,
    yes: Type.Optional({ ...stored, description: 'What stands for yes' }),
    no: Type.Optional({ ...stored, description: 'What stands for no' }),
    values: Type.Optional(Type.Record(Type.String(), stored, { title: 'a mapping of choices to what stands for them', description: 'What stands for each choice' })),
    format: Type.Optional(Type.Union([format, Type.Array(format, { minItems: 1, maxItems: 8 })], { title: 'a format such as "DD.MM.YYYY", or a list of them', description: 'How a date or an instant (in UTC) is written: YYYY MM DD HH mm ss SSS SSSSSS; of several, the first is written and all are read' })),
    padded: Type.Optional(Type.Integer({ title: 'a number of characters', description: 'A text is filled up with blanks to so many characters; it is found without them too', minimum: 1, maximum: 1000 })),
  },
  { title: 'the name of a column or a mapping with the key "column"', additionalProperties: false },
)

const Columns = Type.Record(Type.String({ pattern: attributeNamePattern }), Type.Union([column, ConvertedColumn, Type.Record(Type.String({ pattern: attributeNamePattern }), Type.Unknown())], { title: 'the name of a column, or a mapping' }), {
  title: 'a mapping of attributes to columns',
  description: 'The column of each attribute; of a value object or a composite reference, those of its parts',
})

const Link = Type.Object({
  table: Type.String({ title: 'the name of a table', minLength: 1, maxLength: 256 }),
  from: Type.Union([column, Type.Array(column, { minItems: 1, maxItems: 8 })], { title: 'the name of a column, or a list of them', description: 'Where the key of this class stands' }),
  to: Type.Union([column, Type.Array(column, { minItems: 1, maxItems: 8 })], { title: 'the name of a column, or a list of them', description: 'Where the key of the other class stands' }),
}, { additionalProperties: false })

const Part = Type.Object({
  table: Type.Optional(Type.String({ title: 'the name of a table or a view', description: 'The name of the class and that of the part in small letters with underscores where it is left out', minLength: 1, maxLength: 256 })),
  key: Type.Optional(Type.Union([column, Type.Array(column, { minItems: 1, maxItems: 8 })], { title: 'the name of a column, or a list of them', description: 'Where the key of the class stands there; in columns of the same names where it is left out' })),
  optional: Type.Optional(Type.Boolean({ title: 'true or false', description: 'An object may have no row there; it gets one with the first value' })),
  readonly: Type.Optional(Type.Boolean({ title: 'true or false', description: 'Nothing is written there, as to a view' })),
}, { additionalProperties: false })

/** A file in `mapping/`; published as `mapping.schema.json`. */
export const MappingSchema = Type.Object(
  {
    class: className,
    source: Type.Optional(Type.String({ title: 'the name of a data source', description: 'The data source, as the storage names it', minLength: 1, maxLength: 64 })),
    table: Type.Optional(Type.String({ title: 'the name of a table or a view', minLength: 1, maxLength: 256 })),
    tables: Type.Optional(Type.Record(Type.String({ pattern: attributeNamePattern }), Part, { title: 'a mapping of names to tables', description: 'Other tables that hold at most one row for each object; a column of one is written as `name.column`' })),
    columns: Type.Optional(Columns),
    links: Type.Optional(Type.Record(Type.String({ pattern: attributeNamePattern }), Link, { title: 'a mapping of relations to tables', description: 'The tables that link objects of which each may have many of the other' })),
    searchIndex: Type.Optional(Type.Boolean({ title: 'true or false', description: 'The table belongs to another application, and `apply` makes an index for searches beside it all the same, with triggers that mark what is changed' })),
    readonly: Type.Optional(Type.Boolean({ title: 'true or false', description: 'Objects can only be read, as those of a view' })),
  },
  { title: 'a mapping with the key "class"', description: 'Where the objects of a class are stored', additionalProperties: false },
)

export type MappingDefinition = DeepReadonly<Static<typeof MappingSchema>>
export type ConvertedColumn = DeepReadonly<Static<typeof ConvertedColumn>>
export type PartDefinition = DeepReadonly<Static<typeof Part>>
export type LinkDefinition = DeepReadonly<Static<typeof Link>>
