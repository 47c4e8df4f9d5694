import type { Value } from '@caruso/storage/contract'
import { dateCodec, formatted, instantCodec } from '../codec.ts'
import { dateFormat } from '../date-format.ts'

/** What the values of a column look like, and how the mapping says so. */
export interface Form {
  readonly type: 'date' | 'instant' | 'yes-no' | 'e-mail' | 'decimal'
  readonly converter: Readonly<Record<string, string | number>>
  readonly note: string
}

/** Fewer values prove nothing unless the name of the column speaks for it too. */
const enough = 10

const dayFormats = ['YYYY-MM-DD', 'YYYY-MM-DD 00:00:00.000', 'YYYY-MM-DD 00:00:00', 'YYYY-MM-DDT00:00:00', 'DD.MM.YYYY', 'DD/MM/YYYY', 'MM/DD/YYYY', 'DD-MM-YYYY', 'YYYY/MM/DD', 'YYYYMMDD']
const momentFormats = ['YYYY-MM-DD HH:mm:ss', 'YYYY-MM-DD HH:mm:ss.SSS', 'DD.MM.YYYY HH:mm:ss', 'DD.MM.YYYY HH:mm', 'YYYYMMDDHHmmss']
/** What storage reads as it is. */
const own = ['YYYY-MM-DD', 'YYYY-MM-DD HH:mm:ss', 'YYYY-MM-DD HH:mm:ss.SSS']
const truths = [['1', '0'], ['Y', 'N'], ['J', 'N'], ['T', 'F'], ['X', ''], ['yes', 'no'], ['ja', 'nei'], ['ja', 'nein'], ['true', 'false']] as const
const flag = /^(is|has|can|active|enabled|deleted|discontinued|aktiv|er|har|ist|hat)$/

/** What all values of a column have in common that its declared type does not say; undefined where that is nothing. */
export function sampledForm(values: readonly Value[], words: readonly string[], declared: boolean): Form | undefined {
  const texts = values.filter((value) => typeof value === 'string')
  if (values.length === 0) return undefined
  const flags = truth(values, words.some((word) => flag.test(word)))
  if (flags === undefined && values.every((value) => typeof value === 'number') && !declared) return { type: 'decimal', converter: {}, note: 'guessed from the values' }
  if (flags !== undefined || texts.length < values.length) return flags
  return dated(texts) ?? (texts.every((text) => /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(text)) ? { type: 'e-mail', converter: {}, note: 'guessed from the values' } : undefined)
}

function truth(values: readonly Value[], named: boolean): Form | undefined {
  const found = new Set<Value>(values)
  const sure = named || (found.size === 2 && values.length >= enough)
  if (!sure || found.size > 2) return undefined
  if ([...found].every((value) => value === 0 || value === 1)) return { type: 'yes-no', converter: {}, note: 'guessed from the values 0 and 1' }
  const pair = truths.flatMap(([yes, no]) => [[yes, no], [yes.toUpperCase(), no.toUpperCase()], [yes.toLowerCase(), no.toLowerCase()]] as const).find((one) => [...found].every((value) => value === one[0] || value === one[1]))
  return pair && { type: 'yes-no', converter: { yes: pair[0], no: pair[1] }, note: 'guessed from the values' }
}

function dated(texts: readonly string[]): Form | undefined {
  const days = dayFormats.filter((format) => fits(format, dateCodec, texts))
  const [day] = days
  if (day !== undefined) return days.length > 1 ? undefined : { type: 'date', converter: own.includes(day) ? {} : { format: day }, note: 'guessed from the values' }
  const moment = momentFormats.find((format) => fits(format, instantCodec, texts))
  return moment === undefined ? undefined : { type: 'instant', converter: own.includes(moment) ? {} : { format: moment }, note: 'guessed from the values, taken as UTC' }
}

function fits(format: string, codec: typeof dateCodec, texts: readonly string[]): boolean {
  const known = dateFormat(format)
  if (known === undefined) return false
  const { decode } = formatted(codec, known)
  return texts.every((text) => decode(text) !== undefined)
}
