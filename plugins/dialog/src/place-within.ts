import type { Sourced } from './definition.ts'
import type { Place } from './place.ts'

/** Where a place in an attribute's value stands in the file. */
export function placeWithin({ text, place, written = text }: Sourced, within: Place | undefined): Place {
  if (within === undefined) return place
  const lines = text.split('\n')
  let left = lines.slice(0, within.line - 1).reduce((sum, line) => sum + line.length + 1, 0) + within.column - 1
  let { line, column } = place
  // Each part of what is written is one character of the value.
  for (const [part] of written.matchAll(/&[^;]*;|\r\n|[^]/g)) {
    if (left-- <= 0) break
    if (part === '\n' || part === '\r' || part === '\r\n') [line, column] = [line + 1, 1]
    else column += part.length
  }
  return { line, column }
}
