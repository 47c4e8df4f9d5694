import type { ColumnDescription, Value } from '@caruso/storage/contract'
import { sampledForm } from './sampled-form.ts'
import type { YamlValue } from './yaml-text.ts'

/** What a column seems to be: the attribute, how the column holds it, and why one thinks so. */
export interface Guess {
  readonly definition: { readonly type: string } & Readonly<Record<string, YamlValue>>
  readonly converter: Readonly<Record<string, string | number>>
  readonly notes: readonly string[]
}

export interface GuessOptions {
  /** Of columns that seem to hold money. */
  readonly currency: string | undefined
  /** Some of the column's values, without nulls. */
  readonly sample: readonly Value[]
}

const longestText = 10_000

const byName: readonly (readonly [RegExp, string])[] = [
  [/(^| )(email|e mail|mail|epost|e post)( address| adresse)?$/, 'e-mail'],
  [/(^| )(phone|telephone|telefon|tlf|mobile|mobil|cell|fax|telefax|phone number)$/, 'telephone'],
  [/(^| )(url|website|web site|homepage url|link|href)$/, 'link'],
  [/(^| )(description|notes?|comments?|remarks?|body|message|beskrivelse|bemerkung|merknad|notiz)$/, 'long-text'],
]
const amount = /(^| )(price|amount|total|subtotal|cost|fee|freight|salary|balance|credit|revenue|pris|beloep|betrag|summe|preis|umsatz|gehalt|loenn)$/
const share = /(^| )(percent|percentage|pct|prosent|prozent)$/

/** What an attribute of this column is, or why there can be none. */
export function guessAttribute(column: ColumnDescription, words: readonly string[], { currency, sample }: GuessOptions): Guess | string {
  if (column.type === 'bytes') return 'it holds bytes'
  const form = ['text', 'integer', 'date', 'instant', undefined].includes(column.type) ? sampledForm(sample, words, column.type !== undefined) : undefined
  const guess = form === undefined ? declared(column, words.join(' '), currency) : { definition: { type: form.type }, converter: form.converter, notes: [form.note] }
  const { definition, notes } = guess
  const filled = presence(column, definition.type)
  return {
    converter: guess.converter,
    definition: { ...definition, ...filled.keys, ...(column.comment === undefined || column.comment.trim() === '' ? {} : { description: column.comment.trim().slice(0, 1_000) }) },
    notes: [...notes, ...filled.notes],
  }
}

function declared(column: ColumnDescription, name: string, currency: string | undefined): Guess {
  const { type, length, places, values, several = false, declared: words } = column
  const plain = (definition: Guess['definition'], ...notes: string[]): Guess => ({ definition, converter: {}, notes })
  if (values !== undefined && values.length > 0 && !values.includes('') && !several) return plain({ type: 'choice', of: [...values] })
  if (several) return plain({ type: 'text' }, `${words}: several values in one text, as the database writes them`)
  switch (type) {
    case 'integer': return plain({ type: 'number' })
    case 'boolean': return plain({ type: 'yes-no' })
    case 'date':
    case 'time': return plain({ type })
    case 'instant': return plain({ type }, ...(/with time zone|timestamptz|_text/.test(words) ? [] : ['its moments name no zone and are taken as UTC']))
    case 'decimal':
    case 'float': return number(name, type === 'float' ? undefined : places, currency, type === 'float' ? ['the database keeps floating-point numbers'] : [])
    case 'json': return plain({ type: 'long-text' }, 'JSON, as its text')
    case 'uuid': return plain({ type: 'text', max: 36 }, 'a UUID')
    case undefined: return plain({ type: 'text' }, words === '' ? 'no type is declared' : `${words}: the database keeps any value there`)
    case 'text':
    case 'bytes': break
  }
  return text(name, length)
}

function number(name: string, places: number | undefined, currency: string | undefined, notes: readonly string[]): Guess {
  const scale = places === undefined ? {} : { scale: places }
  if (share.test(name)) return { definition: { type: 'percent', ...scale }, converter: {}, notes: ['guessed from the name', ...notes] }
  if (!amount.test(name)) return { definition: { type: 'decimal', ...scale }, converter: {}, notes }
  if (currency === undefined) return { definition: { type: 'decimal', ...scale }, converter: {}, notes: ['by its name perhaps money: --currency EUR makes it so', ...notes] }
  return { definition: { type: 'money', currency, ...scale }, converter: {}, notes: ['guessed from the name', ...notes] }
}

function text(name: string, length: number | undefined): Guess {
  const max = length === undefined || length < 1 || length > longestText ? {} : { max: length }
  const type = byName.find(([pattern]) => pattern.test(name))?.[1]
  if (type === undefined) return { definition: { type: 'text', ...max }, converter: {}, notes: [] }
  return { definition: type === 'long-text' ? { type, ...max } : { type }, converter: {}, notes: ['guessed from the name'] }
}

/** Whether every object has a value, and who gives it one. */
function presence({ nullable, default: given, identity, generated }: ColumnDescription, type: string): { readonly keys: Readonly<Record<string, YamlValue>>; readonly notes: readonly string[] } {
  if (generated !== undefined) return { keys: {}, notes: ['the database computes it, and refuses other values'] }
  if (nullable || identity !== undefined) return { keys: {}, notes: [] }
  if (given === undefined) return { keys: { required: true }, notes: [] }
  const literal = literalOf(given, type)
  return literal === undefined ? { keys: {}, notes: ['the database gives it a value where there is none'] } : { keys: { required: true, default: literal }, notes: [] }
}

function literalOf(given: string, type: string): YamlValue | undefined {
  const bare = /^\(*(-?\d{1,12}(?:\.\d{1,12})?|true|false)\)*$/i.exec(given)?.[1]?.toLowerCase()
  if (bare !== undefined && type === 'yes-no') return bare === 'true' || bare === '1' ? true : bare === 'false' || bare === '0' ? false : undefined
  if (bare !== undefined && (type === 'number' || type === 'decimal' || type === 'percent') && /^-?\d/.test(bare)) return type === 'number' && bare.includes('.') ? undefined : Number(bare)
  return undefined
}
