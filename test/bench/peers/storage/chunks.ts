import type { ShopDatabase } from './storage-peer.ts'

/** Rows of one statement for who writes many at once; of 25, 50, 100, 200, 500, 1,000 and 5,000 these took the least time. */
export function chunkSize({ kind }: ShopDatabase): number {
  return kind === 'sqlite' ? 200 : 1_000
}

export function chunks<Row>(rows: readonly Row[], size: number): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) => rows.slice(index * size, (index + 1) * size))
}
