import type { Reading } from './reading.ts'

/** What a terminal or a form sends beside letters; no database keeps all of it, and no reader sees it. */
const controls = /(?![\t\n\r])\p{Cc}/gu

/** Free text, in the composed form, without control characters and without the isolates that `writeValue` puts around it. */
export function readText(text: string): Reading {
  const cleaned = text.toWellFormed().replace(controls, '').normalize('NFC').trim()
  const inner = cleaned.startsWith('\u2068') && cleaned.indexOf('\u2069') === cleaned.length - 1 ? cleaned.slice(1, -1) : cleaned
  return inner.trim() === '' ? { wrong: 'empty' } : { value: inner.trim() }
}
