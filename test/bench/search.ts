import { Bus } from '@caruso/bus'
import type { Call, Client } from '@caruso/contract'
import type { LoadedPlugin } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import modeler from '@caruso/modeler'
import { Objects } from '@caruso/modeler/contract'
import storage from '@caruso/storage'
import { Storage } from '@caruso/storage/contract'
import { isDeepStrictEqual } from 'node:util'
import { setTimeout } from 'node:timers/promises'
import type { Findings, Options } from './benchmark.ts'
import { analyze, fillIndex, fillPeople, personDefinition, sizesOf, type PeopleDatabase } from './people.ts'
import { startPostgres } from './postgres.ts'
import { median, rounded } from './statistics.ts'
import { stderrLog } from './stderr-log.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What is searched for, from what few have to what very many have. */
const texts = { two_words: 'ingrid foshaugb', first_name: 'ingrid', beginning: 'asbras', letter: 's' } as const
type Asked = keyof typeof texts

interface Measured {
  readonly scan: Record<Asked, number>
  readonly index: Record<Asked, number>
  readonly found: Record<Asked, number>
  readonly commit_ms: { readonly scan: number; readonly index: number }
  readonly read_rows_per_s: number
  readonly megabytes: { readonly table: number; readonly index: number }
}

/** Searches of a million people, the best twenty of each, without an index and with one. */
export async function search({ quick, progress }: Options): Promise<Findings> {
  const sizes = quick ? { rows: 5_000, rounds: 1 } : { rows: 1_000_000, rounds: 3 }
  using folder = temporaryFolder('search')
  await using postgres = await startPostgres()
  const sqlite = await measured({ kind: 'sqlite', file: `${folder.path}/people.db` }, sizes, (words) => progress(`SQLite: ${words}`))
  const pg = await measured(postgres.at('postgres'), sizes, (words) => progress(`PostgreSQL: ${words}`))
  const figure = (kind: string, asked: Asked, meaning: string): Findings['figures'][number][] => [
    { name: `${kind}.${asked}_ms`, value: rounded((kind === 'sqlite' ? sqlite : pg).index[asked]), goal: { none: true }, meaning: `${meaning}, with an index` },
    { name: `${kind}.${asked}_scan_ms`, value: rounded((kind === 'sqlite' ? sqlite : pg).scan[asked]), goal: { none: true }, meaning: `${meaning}, without` },
  ]
  return {
    figures: ['sqlite', 'pg'].flatMap((kind) => [
      ...figure(kind, 'two_words', 'two words that a few objects have'),
      ...figure(kind, 'beginning', 'the beginning of a word that one in a thousand has'),
      ...figure(kind, 'first_name', 'a word that one in fifty has'),
      ...figure(kind, 'letter', 'a letter that words of a third of all begin with'),
    ]),
    details: { ...sizes, sqlite, pg },
  }
}

async function measured(database: PeopleDatabase, { rows, rounds }: { readonly rows: number; readonly rounds: number }, progress: (words: string) => void): Promise<Measured> {
  progress(`${rows} rows are made`)
  await fillPeople(database, rows)
  const table = await sizesOf(database)
  const scan = await running(database, async ({ objects, storage: beneath, call }) => {
    const searches = await searched(objects, call, rounds, progress)
    const commit = await committed(objects, call, rounds)
    await beneath.alter({ source: 'crm', run: true, changes: [{ addSearch: ['name', 'city', 'email'], table: 'person' }] }, call())
    return { ...searches, commit }
  })
  progress('the index is filled')
  await fillIndex(database, rows)
  await analyze(database)
  const index = await running(database, async ({ objects, storage: beneath, call }) => {
    const searches = await searched(objects, call, rounds, progress)
    const begun = performance.now()
    const commit = await committed(objects, call, rounds)
    const isRead = async (): Promise<boolean> => (await beneath.query({ source: 'crm', from: 'caruso_marks_person', limit: 1 }, call())).rows.length === 0
    while (!(await isRead())) await setTimeout(50)
    return { ...searches, commit, read: (performance.now() - begun) / 1_000 }
  })
  if (!isDeepStrictEqual(scan.ids, index.ids)) throw new Error('Searched with an index and without: found other objects')
  const found = { two_words: scan.ids.two_words.length, first_name: scan.ids.first_name.length, beginning: scan.ids.beginning.length, letter: scan.ids.letter.length }
  return { scan: scan.ms, index: index.ms, found, commit_ms: { scan: scan.commit, index: index.commit }, read_rows_per_s: Math.round((rounds * 1_000) / index.read), megabytes: { table, index: (await sizesOf(database)) - table } }
}

interface Running {
  readonly objects: Client<typeof Objects>
  readonly storage: Client<typeof Storage>
  call(): Call
}

async function running<T>(database: PeopleDatabase, work: (all: Running) => Promise<T>): Promise<T> {
  const bus = new Bus('bench', 'search')
  const host = new Host({ bus, log: stderrLog })
  const component = (name: string, entry: LoadedPlugin, config: object) => ({ component: name, plugin: name, version: '1.0.0', entry, isolation: 'inline', config, grants: [] })
  await host.startAll([component('storage', storage, { sources: { crm: database } }), component('modeler', modeler, { model: 'no-such-folder', mapping: 'no-such-folder', declared: [] })])
  const consumer = { component: 'bench', grants: ['objects.declare', 'storage.alter'] }
  const [objects, beneath] = [bus.client(Objects, consumer), bus.client(Storage, consumer)]
  const call = (): Call => bus.call({ ...consumer, identity: 'bench', permissions: [], timeout: 3_600_000 })
  await objects.declare({ definitions: [personDefinition] }, call())
  const result = await work({ objects, storage: beneath, call })
  await host.close()
  await bus.close()
  return result
}

async function searched(objects: Client<typeof Objects>, call: () => Call, rounds: number, progress: (words: string) => void): Promise<{ readonly ms: Record<Asked, number>; readonly ids: Record<Asked, unknown[]> }> {
  const ms: Record<Asked, number[]> = { two_words: [], first_name: [], beginning: [], letter: [] }
  const ids: Record<Asked, unknown[]> = { two_words: [], first_name: [], beginning: [], letter: [] }
  for (let round = -1; round < rounds; round++) {
    progress(`searches, round ${round + 1} of ${rounds}`)
    for (const [asked, text] of Object.entries(texts) as [Asked, string][]) {
      const begun = performance.now()
      const { objects: found } = await objects.search({ class: 'Person', text, limit: 20 }, call())
      if (round >= 0) ms[asked].push(performance.now() - begun)
      ids[asked] = found.map(({ id }) => id)
    }
  }
  return { ms: { two_words: median(ms.two_words), first_name: median(ms.first_name), beginning: median(ms.beginning), letter: median(ms.letter) }, ids }
}

let next = 200_000_000

/** Milliseconds of a commit of a thousand new objects. */
async function committed(objects: Client<typeof Objects>, call: () => Call, rounds: number): Promise<number> {
  const ms: number[] = []
  for (let round = 0; round < rounds; round++) {
    const changes = Array.from({ length: 1_000 }, () => ({ create: 'Person', values: { id: next++, name: 'Xo Xu', city: 'Xi', email: 'x@example.com' } }))
    const begun = performance.now()
    await objects.commit({ changes }, call())
    ms.push(performance.now() - begun)
  }
  return median(ms)
}
