const marks = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/g
const digits = /[\u0660-\u0669\u06F0-\u06F9\uFF10-\uFF19]/g
const lookalikes: readonly (readonly [RegExp, string])[] = [[/[\u0622\u0623\u0625\u0671]/g, '\u0627'], [/\u0649/g, '\u064A'], [/\u0629/g, '\u0647'], [/\u0640/g, ''], [/\u00F8/g, 'o'], [/\u00E6/g, 'ae'], [/\u00DF/g, 'ss']]

/** What was typed without what cannot be seen: direction marks gone, digits of every script as 0 to 9, each run of spaces as one. */
export function plainText(text: string): string {
  return text.replace(marks, '').replace(digits, asciiDigit).replace(/\s+/g, ' ').trim()
}

/** The same for comparing: capitals, accents and vowel signs do not count, nor which form of a letter was typed. */
export function folded(text: string): string {
  const small = plainText(text).toLowerCase()
  return lookalikes.reduce((one, [form, letter]) => one.replace(form, letter), small).normalize('NFKD').replace(/\p{M}/gu, '')
}

/** The blocks of digits begin where the last four bits are those of 0, or of 0 in the middle of a row. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  return String(code >= 0xff10 ? code - 0xff10 : code >= 0x6f0 ? code - 0x6f0 : code - 0x660)
}
