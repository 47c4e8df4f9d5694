import { dayAndTime, durationParts, floorDivide, parseDate, parseInstant, parseTime } from './calendar.ts'
import type { Phrases } from './explain.ts'
import type { ConstantTerm } from './term.ts'

const unitNames: Readonly<Record<string, string>> = { d: 'day', h: 'hour', m: 'minute', s: 'second', ms: 'millisecond', us: 'microsecond' }

/** A value as the language writes it. */
export function explainConstant({ value, type }: ConstantTerm, phrases: Phrases): string {
  const locale = phrases['locale']
  if (typeof value !== 'string') return phrases[String(value)] ?? String(value)
  switch (typeof type === 'string' ? type : 'text') {
    case 'number':
      return new Intl.NumberFormat(locale, { maximumFractionDigits: 100 }).format(value as `${number}`)
    case 'date':
      return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format((parseDate(value) ?? 0) * 86_400_000)
    case 'time':
      return new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...clockFields(parseTime(value) ?? 0) }).format(Math.floor((parseTime(value) ?? 0) / 1000))
    case 'instant':
      return explainInstant(parseInstant(value) ?? 0n, locale)
    case 'duration':
      return explainDuration(BigInt(value), locale)
    case 'text':
    case 'boolean':
      return (phrases['quoted'] ?? '{0}').replace('{0}', () => value)
  }
}

function explainInstant(instant: bigint, locale: string | undefined): string {
  const fields = { ...clockFields(dayAndTime(instant)[1]), year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC', timeZoneName: 'short' } as const
  return new Intl.DateTimeFormat(locale, fields).format(Number(floorDivide(instant, 1000n)))
}

/** Seconds only where there are any. */
function clockFields(time: number): Intl.DateTimeFormatOptions {
  const hasFraction = time % 1_000_000 !== 0
  return { hour: 'numeric', minute: '2-digit', ...(time % 60_000_000 === 0 ? {} : { second: '2-digit' }), ...(hasFraction ? { fractionalSecondDigits: 3 } : {}) }
}

function explainDuration(duration: bigint, locale: string | undefined): string {
  const sign = duration < 0n ? -1n : 1n
  const parts = duration === 0n ? [[0n, 's'] as const] : durationParts(duration)
  const texts = parts.map(([amount, unit]) => new Intl.NumberFormat(locale, { style: 'unit', unit: unitNames[unit] ?? 'second', unitDisplay: 'long' }).format(amount * sign))
  return new Intl.ListFormat(locale, { type: 'unit', style: 'short' }).format(texts)
}
