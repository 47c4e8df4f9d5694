import { Bus } from '@caruso/bus'
import type { LoadedPlugin } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import modeler from '@caruso/modeler'
import { Objects } from '@caruso/modeler/contract'
import storage from '@caruso/storage'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import type { Findings, Options } from './benchmark.ts'
import { interleaved } from './rounds.ts'
import { stderrLog } from './stderr-log.ts'
import { median, rounded } from './statistics.ts'
import { temporaryFolder } from './temporary-folder.ts'

const root = join(import.meta.dirname, '../..')
const lanes = { narrow: 20, wide: 1_000 } as const
type Lane = keyof typeof lanes
const types = ['text', 'number', 'decimal', 'yes-no', 'date'] as const
const declared = { text: 'text', number: 'integer', decimal: 'decimal_text', 'yes-no': 'boolean', date: 'date_text' } as const

/** Wide classes: what a value costs whose object has a thousand of them, and how long many classes take to be checked. */
export async function wide({ quick, progress }: Options): Promise<Findings> {
  const { values, rounds, classes } = quick ? { values: 4_000, rounds: 2, classes: 20 } : { values: 100_000, rounds: 15, classes: 300 }
  const perValue = await found({ values, rounds, progress })
  progress(`${classes} classes are checked`)
  const checks = await checked(classes, quick ? 1 : 5)
  return {
    figures: [
      { name: 'find_ratio', value: rounded(perValue.wide / perValue.narrow), goal: { atMost: 2 }, meaning: 'time per value of find with 1,000 attributes, to that with 20' },
      { name: 'check_ms', value: rounded(median(checks)), goal: { atMost: 2_000 }, meaning: `caruso model check of ${classes} classes with 20 attributes each, process included` },
    ],
    details: { values, rounds, ns_per_value: { narrow: rounded(perValue.narrow), wide: rounded(perValue.wide) }, classes, check_ms: checks.map(rounded) },
  }
}

/** Nanoseconds per value of one `find`, by the number of attributes; both answer the same number of values. */
async function found({ values, rounds, progress }: { readonly values: number; readonly rounds: number; progress(words: string): void }): Promise<Record<Lane, number>> {
  using folder = temporaryFolder('wide')
  const file = join(folder.path, 'wide.db')
  fill(file, values)
  const bus = new Bus('bench', 'wide')
  const host = new Host({ bus, log: stderrLog })
  const component = (name: string, entry: LoadedPlugin, config: object) => ({ component: name, plugin: name, version: '1.0.0', entry, isolation: 'inline', config, grants: [] })
  await host.startAll([component('storage', storage, { sources: { crm: { kind: 'sqlite', file } } }), component('modeler', modeler, { model: 'no-such-folder', mapping: 'no-such-folder', declared: [] })])
  const consumer = { component: 'bench', grants: ['objects.declare'] }
  const objects = bus.client(Objects, consumer)
  const call = bus.call({ ...consumer, identity: 'bench', permissions: [], timeout: 3_600_000 })
  for (const lane of ['narrow', 'wide'] as const) await objects.declare({ definitions: [definitionOf(lane)] }, call)
  const results = await interleaved(['narrow', 'wide'] as const, {
    rounds,
    progress,
    measure: async (lane) => {
      const begun = performance.now()
      const { objects: all } = await objects.find({ class: classOf(lane) }, call)
      const ms = performance.now() - begun
      const [first = {}] = all
      if (all.length * Object.keys(first).length !== values) throw new Error(`Found ${all.length} objects of ${Object.keys(first).length} attributes: expected ${values} values`)
      return [[lane, (ms * 1e6) / values]]
    },
  })
  await host.close()
  await bus.close()
  return { narrow: median(results.get('narrow') ?? []), wide: median(results.get('wide') ?? []) }
}

function classOf(lane: Lane): string {
  return lane === 'narrow' ? 'Narrow' : 'Wide'
}

function definitionOf(lane: Lane): { class: string; key: string; attributes: Record<string, string> } {
  return { class: classOf(lane), key: 'a0', attributes: Object.fromEntries(columnsOf(lane).map(({ name, type }) => [name, type])) }
}

function columnsOf(lane: Lane): { readonly name: string; readonly type: (typeof types)[number] }[] {
  return Array.from({ length: lanes[lane] }, (_, index) => ({ name: `a${index}`, type: index === 0 ? 'number' : (types[index % types.length] ?? 'text') }))
}

function fill(file: string, values: number): void {
  using database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = off; begin')
  for (const lane of ['narrow', 'wide'] as const) {
    const columns = columnsOf(lane)
    database.exec(`create table ${lane} (${columns.map(({ name, type }, index) => `${name} ${index === 0 ? 'integer primary key' : declared[type]}`).join(', ')})`)
    const insert = database.prepare(`insert into ${lane} values (${columns.map(() => '?').join(', ')})`)
    for (let row = 0; row < values / columns.length; row++) insert.run(...columns.map(({ type }, index) => valueOf(type, row, index)))
  }
  database.exec('commit')
}

function valueOf(type: (typeof types)[number], row: number, index: number): string | number {
  if (type === 'number') return index === 0 ? row : row * index
  if (type === 'decimal') return `${row}.${(index % 9) + 1}`
  if (type === 'yes-no') return (row + index) % 2
  return type === 'date' ? `2026-11-${String((index % 28) + 1).padStart(2, '0')}` : `text ${row} of ${index}`
}

/** Milliseconds of each run of the command, from its start to its end. */
async function checked(classes: number, times: number): Promise<number[]> {
  // Inside of the repository, so that the assembly finds its plugins.
  mkdirSync(join(root, 'test/.caruso'), { recursive: true })
  const folder = mkdtempSync(join(root, 'test/.caruso/bench-'))
  try {
    writeClasses(folder, classes)
    const ms: number[] = []
    for (let time = -1; time < times; time++) {
      const begun = performance.now()
      await promisify(execFile)(process.execPath, [join(root, 'packages/cli/bin/caruso.js'), 'model', 'check'], { cwd: folder })
      if (time >= 0) ms.push(performance.now() - begun)
    }
    return ms
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function writeClasses(folder: string, classes: number): void {
  mkdirSync(join(folder, 'model'))
  mkdirSync(join(folder, 'mapping'))
  writeFileSync(join(folder, 'assembly.yaml'), 'assembly: wide\ncomponents:\n  storage:\n    plugin: "@caruso/storage"\n    config: { sources: { crm: { kind: sqlite, file: ":memory:" } } }\n  modeler:\n    plugin: "@caruso/modeler"\n')
  for (let index = 0; index < classes; index++) {
    const attributes = Array.from({ length: 18 }, (_, place) => `a${place}`)
    writeFileSync(join(folder, `model/class-${index}.yaml`), `class: Class${index}\nkey: id\nattributes:\n  id: number\n${attributes.map((name, place) => `  ${name}: { type: ${types[place % 5] ?? 'text'}, description: What it is }\n`).join('')}  next: { type: reference, to: Class${(index + 1) % classes} }\nrelations:\n  previous: { many: Class${(index + classes - 1) % classes}, by: next }\n`)
    writeFileSync(join(folder, `mapping/class-${index}.yaml`), `class: Class${index}\ntable: T_${index}\ncolumns:\n  id: ID\n${attributes.map((name) => `  ${name}: C_${name}\n`).join('')}  next: NEXT_ID\n`)
  }
}
