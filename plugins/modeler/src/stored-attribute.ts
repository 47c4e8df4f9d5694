import type { AttributeDefinition } from './attribute-schema.ts'
import { choiceCodec, choicesCodec, dateCodec, decimalCodec, durationCodec, formattedInSeveral, instantCodec, numberCodec, paddedCodec, standingFor, textCodec, timeCodec, truthCodec, type Codec } from './codec.ts'
import { dateFormat, type DateFormat } from './date-format.ts'
import { isMapping } from './check-schema.ts'
import type { ConvertedColumn } from './mapping-schema.ts'
import { snakeCase } from './snake-case.ts'
import { inItsTable } from './part-table.ts'
import { storedElsewhere, type ColumnPlace, type Stored } from './stored.ts'

/** What stands in a mapping for an attribute, and how to tell that it is wrong. */
export interface MappedPlace {
  readonly mapped: unknown
  /** The column where the mapping names none. */
  readonly fallback: string
  /** The column that is named so, perhaps in another table of the class. */
  at(written: string, path: readonly string[]): ColumnPlace
  tell(path: readonly string[], expected: string, found: string): void
}

/** What linking needs to know of other classes and value objects. */
export interface Surroundings {
  /** The key of a class, as one value. */
  keyOf(className: string): { readonly name: string; readonly stored: Stored }[] | undefined
  /** The attributes of a value object. */
  partsOf(valueName: string): Readonly<Record<string, AttributeDefinition>> | undefined
}

/** Values within values; one that holds itself would never end. */
const deepest = 8

const addressParts: Readonly<Record<string, AttributeDefinition>> = { street: { type: 'text' }, postalCode: { type: 'text' }, city: { type: 'text' }, region: { type: 'text' }, country: { type: 'text' } }

/** Where and how the values of an attribute are stored; undefined where what it refers to is not there, which was told. */
export function storedOf(definition: AttributeDefinition, path: string, place: MappedPlace, around: Surroundings): Stored | undefined {
  if (path.split('.').length > deepest) return undefined
  if (definition.type === 'money') return money(definition.currency, path, place)
  if (definition.type === 'address') return composite(addressParts, path, place, around)
  if (definition.type === 'value') {
    const parts = around.partsOf(definition.of)
    return parts && composite(parts, path, place, around)
  }
  if (definition.type === 'reference') {
    const key = around.keyOf(definition.to)
    return key && reference(key, path, place)
  }
  return leaf(definition, path, place)
}

function leaf(definition: AttributeDefinition, path: string, place: MappedPlace): Stored {
  const { mapped } = place
  if (isConverted(mapped)) return { kind: 'leaf', path, ...place.at(mapped.column, ['column']), codec: converted(definition, mapped, place) }
  if (mapped !== undefined && typeof mapped !== 'string') place.tell([], 'the name of a column or a mapping with the key "column"', 'a mapping of parts')
  return { kind: 'leaf', path, ...(typeof mapped === 'string' ? place.at(mapped, []) : { column: place.fallback }), codec: codecOf(definition) }
}

function money(currency: string | undefined, path: string, place: MappedPlace): Stored {
  const bare = typeof place.mapped === 'string' && currency !== undefined ? { amount: place.mapped } : place.mapped
  const at = partPlaces(bare, place, currency === undefined ? ['amount', 'currency'] : ['amount'])
  const amount: Stored = { kind: 'leaf', path: `${path}.amount`, codec: decimalCodec, ...at('amount', place.fallback) }
  if (currency !== undefined) return { kind: 'composite', path, parts: new Map([['amount', amount]]), fixed: { currency }, partly: 'broken' }
  const unit: Stored = { kind: 'leaf', path: `${path}.currency`, codec: textCodec, ...at('currency', `${place.fallback}_currency`) }
  return { kind: 'composite', path, parts: new Map([['amount', amount], ['currency', unit]]), fixed: {}, partly: 'broken' }
}

function composite(parts: Readonly<Record<string, AttributeDefinition>>, path: string, place: MappedPlace, around: Surroundings): Stored | undefined {
  const mapped = place.mapped ?? {}
  if (!isMapping(mapped)) place.tell([], `a mapping of the parts ${Object.keys(parts).join(', ')}`, JSON.stringify(mapped))
  else tellStrangers(mapped, Object.keys(parts), place)
  const stored = new Map<string, Stored>()
  for (const [name, definition] of Object.entries(parts)) {
    const inner = storedOf(definition, `${path}.${name}`, { mapped: isMapping(mapped) ? mapped[name] : undefined, fallback: `${place.fallback}_${snakeCase(name)}`, at: (written, below) => place.at(written, [name, ...below]), tell: (below, expected, found) => place.tell([name, ...below], expected, found) }, around)
    if (inner === undefined) return undefined
    stored.set(name, inner)
  }
  return { kind: 'composite', path, parts: stored, fixed: {}, partly: 'kept' }
}

function reference(key: readonly { readonly name: string; readonly stored: Stored }[], path: string, place: MappedPlace): Stored {
  const [only] = key
  if (key.length === 1 && only?.stored.kind === 'leaf') {
    if (place.mapped !== undefined && typeof place.mapped !== 'string') place.tell([], 'the name of a column', 'a mapping')
    return { ...inItsTable(only.stored), path, ...(typeof place.mapped === 'string' ? place.at(place.mapped, []) : { column: `${place.fallback}_${snakeCase(only.name)}` }) }
  }
  const at = partPlaces(place.mapped, place, key.map(({ name }) => name))
  const parts = key.map(({ name, stored }) => [name, storedElsewhere(stored, `${path}.${name}`, (part) => at(name, [place.fallback, snakeCase(name), ...part.map(snakeCase)].join('_')))] as const)
  return { kind: 'composite', path, parts: new Map(parts), fixed: {}, partly: 'none' }
}

/** Looks up the columns of parts; what is not such a mapping is told. */
function partPlaces(mapped: unknown, place: MappedPlace, parts: readonly string[]): (name: string, fallback: string) => ColumnPlace {
  if (mapped !== undefined && !isMapping(mapped)) place.tell([], `a mapping of the parts ${parts.join(', ')}`, JSON.stringify(mapped))
  if (isMapping(mapped)) tellStrangers(mapped, parts, place)
  return (name, fallback) => {
    const column = isMapping(mapped) ? mapped[name] : undefined
    if (column !== undefined && typeof column !== 'string') place.tell([name], 'the name of a column', 'another value')
    return typeof column === 'string' ? place.at(column, mapped === place.mapped ? [name] : []) : { column: fallback }
  }
}

function tellStrangers(mapped: Readonly<Record<string, unknown>>, parts: readonly string[], place: MappedPlace): void {
  for (const name of Object.keys(mapped)) if (!parts.includes(name)) place.tell([name], `one of the parts ${parts.join(', ')}`, JSON.stringify(name))
}

function isConverted(mapped: unknown): mapped is ConvertedColumn {
  return isMapping(mapped) && typeof mapped['column'] === 'string'
}

const codecs: Readonly<Partial<Record<AttributeDefinition['type'], Codec>>> = {
  number: numberCodec,
  decimal: decimalCodec,
  percent: decimalCodec,
  duration: durationCodec,
  'yes-no': truthCodec,
  date: dateCodec,
  time: timeCodec,
  instant: instantCodec,
}

function codecOf(definition: AttributeDefinition): Codec {
  if (definition.type === 'choice') return choiceCodec(definition.of)
  if (definition.type === 'choices') return choicesCodec(definition.of)
  return codecs[definition.type] ?? textCodec
}

function converted(definition: AttributeDefinition, mapped: ConvertedColumn, place: MappedPlace): Codec {
  const codec = codecOf(definition)
  const given = (['yes', 'no', 'values', 'format', 'padded'] as const).filter((key) => mapped[key] !== undefined)
  const fitting = definition.type === 'yes-no' ? ['yes', 'no'] : definition.type === 'choice' ? ['values'] : ['date', 'instant'].includes(definition.type) ? ['format'] : definition.type === 'text' ? ['padded'] : []
  for (const key of given) if (!fitting.includes(key)) place.tell([key], fitting.length === 0 ? `no converter for the type ${definition.type}` : `the converter ${fitting.join(' and ')}`, JSON.stringify(key))
  const { yes, no, values, format } = mapped
  if (definition.type === 'yes-no' && (yes !== undefined || no !== undefined)) {
    if (yes === undefined || no === undefined) place.tell([], 'both "yes" and "no"', 'one of them')
    return standingFor(codec, [[true, yes ?? 1], [false, no ?? 0]])
  }
  if (definition.type === 'choice' && values !== undefined) {
    const missing = definition.of.filter((option) => values[option] === undefined)
    if (missing.length > 0) place.tell(['values'], `a value for each choice`, `none for ${missing.map((option) => JSON.stringify(option)).join(', ')}`)
    return standingFor(codec, Object.entries(values))
  }
  if (mapped.padded !== undefined && definition.type === 'text') return paddedCodec(mapped.padded)
  return format === undefined || !fitting.includes('format') ? codec : formattedInSeveral(codec, formatsOf(format, place))
}

function formatsOf(format: string | readonly string[], place: MappedPlace): DateFormat[] {
  return [format].flat().flatMap((one) => {
    const known = dateFormat(one)
    if (known === undefined) place.tell(['format'], 'a format with YYYY, MM and DD, each unit once', JSON.stringify(one))
    return known ?? []
  })
}
