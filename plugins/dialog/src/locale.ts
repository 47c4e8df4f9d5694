import { folded } from './answer/plain-text.ts'
import { wordsOf, type Words } from './words/words.ts'

const rightToLeft: ReadonlySet<string> = new Set(['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm'])
/** Months have other names in the Levant and in the Maghreb. */
const monthsToo: Readonly<Record<string, readonly string[]>> = { ar: ['ar-LB', 'ar-MA', 'ar-DZ'] }
const most = 64

/** How a language writes and reads numbers, amounts, days and lists. English without a region is written as in Britain. */
export class Locale {
  readonly tag: string
  readonly language: string
  readonly region: string | undefined
  readonly rightToLeft: boolean
  readonly words: Words
  readonly isMonthFirst: boolean
  readonly decimalSign: string
  readonly groupSign: string
  readonly #formats = new Map<string, unknown>()

  constructor(language: string) {
    const { maximized, tag } = known(language)
    this.tag = tag
    this.language = maximized.language
    this.region = maximized.region
    this.rightToLeft = rightToLeft.has(maximized.script ?? '')
    this.words = wordsOf(this.language)
    this.isMonthFirst = this.language === 'en' && this.region === 'US'
    this.groupSign = this.number.formatToParts(1_000_000).find(({ type }) => type === 'group')?.value ?? ''
    this.decimalSign = this.number.formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.'
  }

  get number(): Intl.NumberFormat {
    return this.#kept('number', () => new Intl.NumberFormat(this.tag, { maximumFractionDigits: 100 }))
  }

  get list(): Intl.ListFormat {
    return this.#kept('list', () => new Intl.ListFormat(this.tag, { type: 'conjunction' }))
  }

  /** What stands between the parts of a list, in a text without double spaces: commas, and the language's "and" or English. */
  get between(): RegExp {
    return this.#kept('between', () => {
      const ands = [this.list, new Intl.ListFormat('en-GB')].map((list) => list.formatToParts(['a', 'b']).find(({ type }) => type === 'literal')?.value ?? ',')
      return new RegExp([...ands.map((and) => RegExp.escape(and)), ' & ', '[,;،؛]'].join('|'), 'giu')
    })
  }

  money(currency: string): Intl.NumberFormat {
    return this.#kept(`money ${currency}`, () => new Intl.NumberFormat(this.tag, { style: 'currency', currency, maximumFractionDigits: currencyDecimals(currency) }))
  }

  time(style: Intl.DateTimeFormatOptions, zone = 'UTC'): Intl.DateTimeFormat {
    return this.#kept(`time ${zone} ${Object.values(style).join(' ')}`, () => new Intl.DateTimeFormat(this.tag, { ...style, calendar: 'gregory', timeZone: zone }))
  }

  /** The names of a currency in this language and in English, folded, the longest first. */
  currencyNames(currency: string): readonly string[] {
    return this.#kept(`names ${currency}`, () => {
      const names = (['symbol', 'narrowSymbol', 'code', 'name'] as const).flatMap((currencyDisplay) => [this.tag, 'en-GB'].flatMap((tag) => currencyName(tag, currency, currencyDisplay)))
      return [...new Set(names.flatMap((name) => [name, ...name.split(' ').slice(-1)]))].filter((name) => name !== '').toSorted((a, b) => b.length - a.length)
    })
  }

  /** From 1 to 12, by a month's folded name or a beginning of three letters that only one has; English names are known in every language. */
  month(name: string): number | undefined {
    const names = this.#kept('months', () => [this.tag, 'en-GB', ...(monthsToo[this.language] ?? [])].map(monthNames))
    const exact = names.map((all) => all.indexOf(name)).find((index) => index >= 0)
    if (exact !== undefined) return exact + 1
    const begun = name.length < 3 ? [] : names.map((all) => all.flatMap((one, index) => (one.startsWith(name) ? [index] : []))).find((found) => found.length > 0)
    return begun?.length === 1 ? (begun[0] ?? 0) + 1 : undefined
  }

  /** Whether it is the folded name of a day of the week. */
  isWeekday(name: string): boolean {
    return this.#kept('weekdays', () => new Set([this.tag, 'en-GB'].flatMap((tag) => (['long', 'short'] as const).flatMap((weekday) => sevenDays.map((day) => folded(new Intl.DateTimeFormat(tag, { weekday, timeZone: 'UTC' }).format(day)).replaceAll('.', '')))))).has(name)
  }

  #kept<T>(name: string, make: () => T): T {
    const found = this.#formats.get(name) ?? make()
    if (this.#formats.size >= most) this.#formats.clear()
    this.#formats.set(name, found)
    return found as T
  }
}

/** Making a format costs a hundred times what using it does. */
const locales = new Map<string, Locale>()

/** The locale of a language tag; what is no tag is taken as English. */
export function localeOf(language: string): Locale {
  const found = locales.get(language) ?? new Locale(language)
  if (locales.size >= most) locales.clear()
  locales.set(language, found)
  return found
}

/** How many digits after the point amounts of a currency have. */
export function currencyDecimals(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}

const sevenDays = Array.from({ length: 7 }, (_, day) => day * 86_400_000)

function known(language: string): { readonly tag: string; readonly maximized: Intl.Locale } {
  const tag = isTag(language) ? (language === 'en' ? 'en-GB' : language) : 'en-GB'
  return { tag, maximized: new Intl.Locale(tag).maximize() }
}

function isTag(language: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language).length > 0
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function monthNames(tag: string): readonly string[] {
  const format = new Intl.DateTimeFormat(tag, { month: 'long', timeZone: 'UTC', calendar: 'gregory' })
  return Array.from({ length: 12 }, (_, month) => folded(format.format(Date.UTC(2000, month, 1))))
}

function currencyName(tag: string, currency: string, currencyDisplay: 'symbol' | 'narrowSymbol' | 'code' | 'name'): readonly string[] {
  const parts = new Intl.NumberFormat(tag, { style: 'currency', currency, currencyDisplay }).formatToParts(5)
  return parts.flatMap(({ type, value }) => (type === 'currency' ? [folded(value)] : []))
}
