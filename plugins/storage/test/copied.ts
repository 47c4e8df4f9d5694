import { onTestFinished } from 'vitest'
import { copyDatabase } from '../src/copy/copy.ts'
import type { CopyListener, CopyResult } from '../src/copy/copy.ts'
import type { SourceConfig } from '../src/config.ts'
import { openSource } from '../src/sources.ts'
import { makeCall } from './harness.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const deaf: CopyListener = { step() {}, rows() {} }

/** Copies one database to another as the command does. */
export async function copied(from: SourceConfig, to: SourceConfig, listener = deaf): Promise<CopyResult> {
  const ends = []
  for (const [name, config] of [['from', from], ['to', to]] as const) {
    const source = await openSource(name, config, silent)
    onTestFinished(async () => await source.close())
    ends.push({ name, config, source })
  }
  const [left, right] = ends
  if (left === undefined || right === undefined) throw new TypeError('Copied a database: expected two ends')
  return await copyDatabase(left, right, makeCall({ deadline: Date.now() + 120_000 }), listener)
}
