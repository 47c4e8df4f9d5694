import { StorageError } from '../errors.ts'
import type { CopiedTable } from './structure.ts'

/** Why a row is not copied, told by its key, whose values come in the order of its columns. */
export function brokenRow({ name, key }: Pick<CopiedTable, 'name' | 'key'>, values: readonly unknown[], found: string, cause?: unknown): StorageError {
  const at = key.map((column, index) => `${column} = ${String(values[index])}`).join(', ')
  return new StorageError('VALUE_INVALID', `Copied table ${JSON.stringify(name)}${at === '' ? '' : `, row ${at}`}: ${found}`, { cause })
}
