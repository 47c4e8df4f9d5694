/** A way of writing dates and instants (in UTC), such as `DD.MM.YYYY` or `YYYY-MM-DD HH:mm:ss`. */
export interface DateFormat {
  /** From a date or an instant as the contract has them. */
  write(value: string): string
  /** An instant; undefined for what is not written so. */
  read(text: string): string | undefined
  /** Whether texts are ordered as what they mean: the larger unit comes first. */
  readonly ordered: boolean
}

const tokens = ['YYYY', 'MM', 'DD', 'HH', 'mm', 'ss', 'SSSSSS', 'SSS'] as const
type Token = (typeof tokens)[number]

/** Undefined for a format without year, month and day, or that names a unit twice. */
export function dateFormat(format: string): DateFormat | undefined {
  const parts: (Token | { readonly literal: string })[] = []
  for (let at = 0; at < format.length; ) {
    const token = tokens.find((one) => format.startsWith(one, at))
    const literal = format.charAt(at)
    parts.push(token ?? { literal })
    at += token?.length ?? 1
  }
  const named = parts.filter((part): part is Token => typeof part === 'string')
  const units = named.map((token) => token.charAt(0) + (token.charAt(0) === 'M' ? '' : token.charAt(1)))
  if (new Set(units).size < units.length || !['YYYY', 'MM', 'DD'].every((token) => named.some((one) => one === token))) return undefined
  const pattern = new RegExp(`^${parts.map((part) => (typeof part === 'string' ? `(\\d{${part.length}})` : part.literal.replace(/[^\w\s]/, '\\$&'))).join('')}$`)
  return {
    write: (value) => parts.map((part) => (typeof part === 'string' ? digitsOf(value, part) : part.literal)).join(''),
    read: (text) => instantOf(named, pattern.exec(text)),
    ordered: named.every((token, index) => index === 0 || order(token) > order(named[index - 1])),
  }
}

function order(token: Token | undefined): number {
  return token === undefined ? -1 : Math.min(tokens.indexOf(token), 6)
}

function digitsOf(value: string, token: Token): string {
  const fraction = value.slice(20).replace('Z', '').padEnd(6, '0')
  switch (token) {
    case 'YYYY': return value.slice(0, 4)
    case 'MM': return value.slice(5, 7)
    case 'DD': return value.slice(8, 10)
    case 'HH': return value.slice(11, 13).padEnd(2, '0')
    case 'mm': return value.slice(14, 16).padEnd(2, '0')
    case 'ss': return value.slice(17, 19).padEnd(2, '0')
    case 'SSS': return fraction.slice(0, 3)
    case 'SSSSSS': return fraction
  }
}

function instantOf(named: readonly Token[], found: RegExpExecArray | null): string | undefined {
  if (found === null) return undefined
  const digits = (token: Token, missing: string): string => found[named.indexOf(token) + 1] ?? missing
  const has = (token: Token): boolean => named.includes(token)
  const fraction = has('SSSSSS') ? digits('SSSSSS', '') : has('SSS') ? digits('SSS', '') : '0'
  return `${digits('YYYY', '')}-${digits('MM', '')}-${digits('DD', '')}T${has('HH') ? digits('HH', '') : '00'}:${has('mm') ? digits('mm', '') : '00'}:${has('ss') ? digits('ss', '') : '00'}.${fraction}Z`
}
