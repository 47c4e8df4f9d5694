import pg from 'pg'

const int8 = 20
const timestamptz = 1184

/** Makes `pg` answer keys as numbers and instants as ISO texts with microseconds; a peer that reads through it maps nothing more. */
export function readPlainValues(): void {
  pg.types.setTypeParser(int8, keyOf)
  pg.types.setTypeParser(timestamptz, instantOf)
}

/** As numbers where those are exact. */
function keyOf(text: string): number | string {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}

/** PostgreSQL writes `2026-11-24 10:00:00.123457+00` to a connection whose time zone is UTC. */
export function instantOf(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11, -3)}Z`
}
