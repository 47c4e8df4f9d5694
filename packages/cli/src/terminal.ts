import type { Terminal } from '@caruso/contract'
import pico from 'picocolors'

export const colour = pico

/** Answers go to standard output, progress and errors to standard error. */
export function terminal(json: boolean): Terminal {
  return {
    json,
    answer: (value, text) => process.stdout.write(`${json ? JSON.stringify(value) : text()}\n`),
    progress: (text) => {
      if (!json) process.stderr.write(`${text}\n`)
    },
  }
}

/** Rows as columns; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '))
  return [colour.dim(lines[0] ?? ''), ...lines.slice(1)].join('\n')
}

/** Milliseconds as people say them. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 86_400_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} days`
}
