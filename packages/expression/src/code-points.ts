/** Orders texts by their code points, which UTF-16 units would not: a surrogate comes after U+FFFF. */
export function compareByCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

export function codePointCount(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** The code points from `start` up to `end`, counted from 0; what lies outside is left out. */
export function codePointSlice(text: string, start: number, end: number): string {
  return Array.from(text).slice(Math.max(start, 0), Math.max(end, 0)).join('')
}

function rank(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
