/** `2026-11-24T10:00:00.120000Z`: instants with as many digits as they need would not be ordered as texts. */
export function sixDigits(instant: string): string {
  if (instant.length === 27) return instant
  const [seconds = '', fraction = ''] = instant.slice(0, -1).split('.')
  return `${seconds}.${fraction.padEnd(6, '0')}Z`
}

/** `2026-11-24 10:00:00.12`, as SQLite's own functions write and read it. */
export function sqliteForm(instant: string): string {
  return instant.slice(0, -1).replace('T', ' ')
}
