/** Bounds of what one call may ask. */
export const limits = Object.freeze({
  /** Objects of one answer; streams have no such bound. */
  objects: 10_000,
  changes: 10_000,
  attributes: 1_000,
  /** Related objects of one relation in one answer. */
  related: 100_000,
  /** Relations within relations. */
  depth: 8,
  filterDepth: 32,
  /** Characters of one text, as the storage keeps and answers them. */
  text: 1024 * 1024,
  /** Words that are searched for, times the attributes in which they are. */
  searches: 160,
})
