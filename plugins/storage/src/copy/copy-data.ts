import { CarusoError, checkOf, didYouMean, type Call, type CommandContext } from '@caruso/contract'
import { resolve } from 'node:path'
import { StorageConfig } from '../config.ts'
import type { SourceConfig } from '../config.ts'
import { StorageError } from '../errors.ts'
import { openSource } from '../sources.ts'
import { copyDatabase } from './copy.ts'
import type { CopyResult, End } from './copy.ts'
import { CopyProgress } from './copy-progress.ts'
import type { Difference } from './differences.ts'

// Timers hold no more than 24 days.
const patience = 20 * 24 * 3_600_000

/** `caruso data copy`: carries a database to another, both data sources of the assembly. It needs nothing that runs. */
export async function copyData({ from, to }: { readonly from: string; readonly to: string }, context: CommandContext): Promise<void> {
  const sources = await sourcesOf(context)
  const began = performance.now()
  await using stack = new AsyncDisposableStack()
  const ends: End[] = []
  for (const name of [from, to]) {
    const config = sourceNamed(sources, name)
    if (name === to && (config.readonly || from === to)) throw usage(from === to ? 'two data sources' : `a data source that may be written to; "${to}" is configured as read-only`)
    const source = stack.adopt(await openSource(name, config, silent), async (opened) => await opened.close())
    ends.push({ name, config, source })
  }
  const [left, right] = ends
  if (left === undefined || right === undefined) return
  const result = await copyDatabase(left, right, endlessCall(), new CopyProgress(context.terminal))
  const seconds = (performance.now() - began) / 1_000
  const told = { from, to, ...result, seconds: Number(seconds.toFixed(3)), rowsPerSecond: Math.round((result.rows - result.before) / seconds) }
  context.terminal.answer(told, () => wordsOf(told))
  if (result.differingCells > 0) throw new StorageError('COPY_DIFFERS', `Copied data source "${from}" to "${to}": ${cellsOf(result)}`)
}

/** The data sources by name, with `component.` before it where several components have one of that name. */
async function sourcesOf(context: CommandContext): Promise<ReadonlyMap<string, SourceConfig>> {
  const { folder, components } = await context.assembly()
  const found = new Map<string, SourceConfig>()
  for (const [component, { plugin, config }] of Object.entries(components)) {
    if (plugin !== '@caruso/storage' || !checkOf(StorageConfig).accepts(config)) continue
    for (const [name, source] of Object.entries((config as StorageConfig).sources)) {
      const absolute = source.file === undefined || source.file === ':memory:' ? source : { ...source, file: resolve(folder, source.file) }
      if (!found.has(name)) found.set(name, absolute)
      found.set(`${component}.${name}`, absolute)
    }
  }
  return found
}

function sourceNamed(sources: ReadonlyMap<string, SourceConfig>, name: string): SourceConfig {
  const found = sources.get(name)
  if (found !== undefined) return found
  throw usage(`a data source of the assembly, found ${JSON.stringify(name)}${didYouMean(name, sources.keys())}`)
}

function usage(expected: string): CarusoError {
  return new CarusoError('USAGE', `Ran "caruso data copy": expected ${expected}`)
}

/** As long as it takes: whoever has typed it ends it. */
function endlessCall(): Call {
  const signal = new AbortController().signal
  return { deadline: Date.now() + patience, caller: { component: 'cli', identity: 'cli', permissions: [], grants: [] }, trace: '00-00000000000000000000000000000001-0000000000000001-00', key: undefined, nextKey: undefined, through: [], cancellable: false, signal }
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

function wordsOf({ from, to, tables, rows, before, seconds, rowsPerSecond, leftOut, differences, differingCells, moreDiffer }: CopyResult & { readonly from: string; readonly to: string; readonly seconds: number; readonly rowsPerSecond: number }): string {
  return [
    `${tables.length} tables, ${rows.toLocaleString('en')} rows${before === 0 ? '' : ` (${before.toLocaleString('en')} of an earlier run)`} copied from ${from} to ${to} in ${seconds.toFixed(1)} s, ${rowsPerSecond.toLocaleString('en')} rows/s`,
    ...(leftOut.length === 0 ? [] : ['Left out:', ...leftOut.map((one) => `  ${one}`)]),
    `Compared: ${cellsOf({ differingCells, moreDiffer })}`,
    ...differences.map((one) => `  ${placeOf(one)}`),
  ].join('\n')
}

function cellsOf({ differingCells, moreDiffer }: Pick<CopyResult, 'differingCells' | 'moreDiffer'>): string {
  return `${moreDiffer ? 'at least ' : ''}${differingCells} cells differ`
}

function placeOf({ table, key, column, problem }: Difference): string {
  const at = Object.entries(key).map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ')
  return `${table}${at === '' ? '' : `, ${at}`}${column === undefined ? '' : `, ${column}`}: ${problem}`
}
