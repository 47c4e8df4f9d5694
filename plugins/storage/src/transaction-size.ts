import type { PlainStep } from './contract.ts'
import { StorageError } from './errors.ts'
import { limits } from './limits.ts'

/** @throws StorageError `LIMIT_EXCEEDED` when the steps are more, or have more values, than one transaction may */
export function requireSize(tried: string, steps: readonly PlainStep[]): void {
  if (steps.length > limits.steps) throw new StorageError('LIMIT_EXCEEDED', `${tried} with ${steps.length} steps: at most ${limits.steps} are allowed`)
  // Rows count even where they name nothing.
  let values = 0
  for (const step of steps) {
    if ('check' in step || 'remove' in step) continue
    if ('columns' in step) values += Math.max(1, step.columns.length) * step.rows.length
    else if ('insert' in step) for (const row of step.rows) values += Math.max(1, sizeOf(row))
    else values += sizeOf(step.set)
  }
  if (values > limits.values) throw new StorageError('LIMIT_EXCEEDED', `${tried} with ${values} values: at most ${limits.values} are allowed`)
}

/** Without a list of the names, of which a large transaction would have many. */
function sizeOf(row: object): number {
  let size = 0
  for (const name in row) if (Object.hasOwn(row, name)) size++
  return size
}
