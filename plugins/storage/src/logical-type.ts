import { type Static, Type } from '@caruso/contract'

/**
 * What a value means, whatever the database keeps it as. In a plan it says how a column is to be read, written and
 * compared, the same on every database; without it a column is answered as its database holds it.
 *
 * | type | its values in plans and rows |
 * |---|---|
 * | `text` | a text; compared by code point |
 * | `integer` | 64 bits: a number, beyond 2^53 a decimal string; both are accepted |
 * | `decimal` | a decimal string without exponent or padding, such as `-12.5`; compared and summed exactly |
 * | `float` | a number |
 * | `boolean` | true or false |
 * | `date`, `time` | `2026-11-24`, `10:00:00` or `10:00:00.123456`, of no time zone |
 * | `instant` | ISO 8601 in UTC with as many digits as needed: `2026-11-24T10:00:00.123456Z`; other offsets are accepted |
 * | `json` | the text of a JSON value, so that no number in it loses digits; it can only be compared with null |
 * | `uuid` | lower case text with hyphens |
 * | `bytes` | `{ bytes: base64 }` |
 */
export const LogicalType = Type.Union([
  Type.Literal('text'),
  Type.Literal('integer'),
  Type.Literal('decimal'),
  Type.Literal('float'),
  Type.Literal('boolean'),
  Type.Literal('date'),
  Type.Literal('time'),
  Type.Literal('instant'),
  Type.Literal('json'),
  Type.Literal('uuid'),
  Type.Literal('bytes'),
])

export type LogicalType = Static<typeof LogicalType>
