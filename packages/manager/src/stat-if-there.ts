import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { codeOf } from '@caruso/contract'

/** What a path leads to, or undefined where there is nothing. */
export async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}
