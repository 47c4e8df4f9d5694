/** What a table beside another keeps of its rows: one row of state for each, or one for each change. */
export type SidecarKind = 'state' | 'history'

/** The tables of an index for searches. */
export type SearchTable = 'words' | 'marks'

/** A table beside another, whose rows it knows by their primary key. */
export interface Sidecar {
  readonly kind: SidecarKind
  readonly table: string
  /** The primary key of the table, in the order of the database. */
  readonly key: readonly string[]
  readonly name: string
}

/** What a column of a sidecar holds: a count of changes, which MySQL wants a default for, a moment, or a text; `long` is a text of any length. */
export type SidecarType = 'version' | 'instant' | 'text' | 'long'

/** The columns of a sidecar beside those of the key. */
export const sidecarColumns: Readonly<Record<SidecarKind, readonly (readonly [name: string, type: SidecarType])[]>> = {
  state: [
    ['caruso_version', 'version'],
    ['caruso_removed_at', 'instant'],
    ['caruso_removed_by', 'text'],
    ['caruso_recorded', 'long'],
  ],
  history: [
    ['caruso_version', 'version'],
    ['caruso_kind', 'text'],
    ['caruso_at', 'instant'],
    ['caruso_by', 'text'],
    ['caruso_component', 'text'],
    ['caruso_reason', 'long'],
    ['caruso_before', 'long'],
    ['caruso_after', 'long'],
  ],
}

/** Numbers the rows of a history in the order in which they came. */
export const sidecarSequence = 'caruso_seq'

// What PostgreSQL allows, in bytes; MySQL allows one more.
const longestName = 63

/** The name of a sidecar: that of its table behind a prefix, shortened where a database would cut it. */
export function sidecarName(kind: SidecarKind | SearchTable | 'rows', table: string): string {
  const name = `caruso_${kind}_${table}`
  const bytes = new TextEncoder().encode(name)
  if (bytes.length <= longestName) return name
  const begin = new TextDecoder().decode(bytes.slice(0, longestName - 9)).replace(/\uFFFD+$/, '')
  return `${begin}_${hashOf(table)}`
}

/** The definitions of a sidecar's own columns, in a dialect's words. */
export function ownColumns({ kind }: Sidecar, words: Readonly<Record<SidecarType, string>>): readonly string[] {
  return sidecarColumns[kind].map(([name, type]) => `${name} ${words[type]}`)
}

/** FNV-1a, in eight digits: enough to tell tables of one database apart whose names begin alike. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}
