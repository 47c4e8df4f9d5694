import { readFile } from 'node:fs/promises'
import { codeOf, messageOf } from '@caruso/contract'
import { DialogError } from '../errors.ts'
import type { Value } from '../script.ts'

/**
 * The values by name that a file holds as JSON.
 *
 * @throws DialogError `USAGE` where it cannot be read, or is no object
 */
export async function valuesFile(file: string): Promise<Readonly<Record<string, Value>>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DialogError('USAGE', `Read the data file "${file}": ${codeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error)}`, { cause: error })
  })
  return namedValues(text, `the data file "${file}"`)
}

/**
 * The values by name that a text says as JSON.
 *
 * @param what the text in words
 * @throws DialogError `USAGE` where it is no object
 */
export function namedValues(text: string, what: string): Readonly<Record<string, Value>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('expected an object')
    return value as Record<string, Value>
  } catch (error) {
    throw new DialogError('USAGE', `Read ${what} as JSON: ${messageOf(error)}`, { cause: error })
  }
}
