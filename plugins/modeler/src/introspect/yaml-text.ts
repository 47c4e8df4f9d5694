/** What a file holds: texts, numbers, truths, lists and mappings. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | { readonly [key: string]: YamlValue }

/** A line of a mapping, and what is said of it. */
export interface YamlLine {
  readonly key: string
  readonly value: YamlValue
  readonly note?: string | undefined
}

/** A value on one line. */
export function inline(value: YamlValue): string {
  if (typeof value === 'string') return plain.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value) ? value : JSON.stringify(value)
  if (typeof value !== 'object') return String(value)
  if (isList(value)) return `[${value.map(inline).join(', ')}]`
  return `{ ${Object.entries(value).map(([key, item]) => `${keyText(key)}: ${inline(item)}`).join(', ')} }`
}

/** `key: value # note`, indented. */
export function line({ key, value, note }: YamlLine, indent = ''): string {
  return `${indent}${keyText(key)}: ${inline(value)}${note === undefined ? '' : ` # ${oneLine(note)}`}`
}

/** A mapping of several lines under its key; nothing where it has none. */
export function block(key: string, lines: readonly YamlLine[]): string[] {
  return lines.length === 0 ? [] : [`${key}:`, ...lines.map((one) => line(one, '  '))]
}

/** A text that stays within a comment. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}

function keyText(key: string): string {
  return plain.test(key) && !/^(true|false|null)$/i.test(key) ? key : JSON.stringify(key)
}

const plain = /^[A-Za-z_](?:[\w ./-]*[\w/])?$/

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value)
}
