/** Bounds of what one call may ask: whatever is larger is refused before the database is touched. */
export const limits = Object.freeze({
  /** Rows of one query: a page of ten thousand, and one that tells that another page follows. Streams have no such bound. */
  rows: 10_001,
  /** Rows of one batch of a stream. */
  batchRows: 256,
  /** Characters, roughly, of the text in one batch of a stream. */
  batchText: 128 * 1024,
  /** Characters, roughly, of the description of one table. */
  description: 512 * 1024,
  /** So many that the 10,000 changes of a commit fit with a state of each, and with checks and events. */
  steps: 30_000,
  /** Changes of a database's structure in one list: all that a model of a thousand tables begins with. */
  changes: 10_000,
  /** Values of one transaction, all steps together. */
  values: 500_000,
  /** Values of one filter; the smallest bound among the supported databases is SQLite's 32,766 per statement. */
  filterValues: 32_000,
  filterNodes: 500,
  filterDepth: 32,
  joins: 48,
  columns: 1_000,
  /** Characters of one text value. */
  text: 1024 * 1024,
  /** Bytes of one binary value. */
  bytes: 1024 * 1024,
  /** Characters of a statement of a caller's own. */
  sql: 64 * 1024,
})
