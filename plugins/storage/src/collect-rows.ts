import type { Row } from './contract.ts'
import { StorageError } from './errors.ts'
import { limits } from './limits.ts'

/** All rows of a plan that come in batches. @throws StorageError `LIMIT_EXCEEDED` as soon as there are too many */
export async function collectRows(batches: AsyncIterable<readonly Row[]>, tried: string): Promise<Row[]> {
  const rows: Row[] = []
  for await (const batch of batches) {
    rows.push(...batch)
    requireFew(rows, tried)
  }
  return rows
}

/** @throws StorageError `LIMIT_EXCEEDED` */
export function requireFew(rows: readonly Row[], tried: string): void {
  if (rows.length > limits.rows) throw new StorageError('LIMIT_EXCEEDED', `${tried}: found more than ${limits.rows} rows, so set a limit or use stream`)
}
