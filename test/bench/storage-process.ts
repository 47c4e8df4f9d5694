import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { answerHash } from './answer-hash.ts'
import type { OpenPeer, ShopDatabase } from './peers/storage/storage-peer.ts'
import { withCustomersTimes } from './many-customers.ts'
import { serveCommands } from './serve-commands.ts'
import { withoutCustomersAbove } from './shop-undo.ts'
import type { ShopSize } from './shop.ts'
import { statementsOf } from './statement-count.ts'
import { workloadsOf, type WorkloadName } from './storage-workloads.ts'

interface Asked {
  readonly workload: WorkloadName
  readonly times: number
  readonly round: number
}

/** Started as `storage-process.ts PEER DATABASE SIZE`, the last two as JSON. */
const [name = '', databaseJson = '', sizeJson = ''] = process.argv.slice(2)
const database = JSON.parse(databaseJson) as ShopDatabase
const size = JSON.parse(sizeJson) as ShopSize

const peers: Readonly<Record<string, () => Promise<OpenPeer>>> = {
  // Only its own process loads what a peer brings.
  caruso: async () => (await import('./peers/storage/caruso.ts')).carusoPeer,
  'caruso-history': async () => (await import('./peers/storage/caruso.ts')).carusoWithHistory,
  'better-sqlite3': async () => (await import('./peers/storage/better-sqlite3.ts')).betterSqlite3,
  pg: async () => (await import('./peers/storage/pg.ts')).pgDriver,
  knex: async () => (await import('./peers/storage/knex.ts')).knexPeer,
  'mikro-orm': async () => (await import('./peers/storage/mikro-orm.ts')).mikroOrm,
  objection: async () => (await import('./peers/storage/objection.ts')).objectionPeer,
  typeorm: async () => (await import('./peers/storage/typeorm.ts')).typeOrm,
}

const load = peers[name]
if (load === undefined) throw new Error(`Started peer "${name}": there are ${Object.keys(peers).join(', ')}`)
const peer = await (await load())(database)
const workloads = workloadsOf(size)
serveCommands({ answers, measure, heldUp, statements, streamed }, () => peer.close())

/** The hash of what is answered, or of what a commit leaves behind, which is changed afterwards as it is for everybody. */
async function answers({ workload, times, round }: Asked): Promise<{ readonly hash: string; readonly begins: string }> {
  const found: unknown[] = []
  for (const ask of workloads[workload].prepare(peer, times, round)) found.push(await ask())
  if (workload !== 'commit') return told(found)
  const left = await peer.rows()
  await withoutCustomersAbove(size.customers, database)
  return told([left])
}

function told(found: readonly unknown[]): { readonly hash: string; readonly begins: string } {
  return { hash: answerHash(found), begins: JSON.stringify(found).slice(0, 400) }
}

/** Milliseconds from asking to the answer, on average over the round. */
async function measure({ workload, times, round }: Asked): Promise<number> {
  const asking = workloads[workload].prepare(peer, times, round)
  const begun = performance.now()
  for (const ask of asking) await ask()
  const ms = (performance.now() - begun) / times
  if (workload === 'commit') await withoutCustomersAbove(size.customers, database)
  return ms
}

/** How long the event loop was held up meanwhile, in ms: p99 of what a timer of 1 ms came to. */
async function heldUp({ workload, times, round }: Asked): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  for (const ask of workloads[workload].prepare(peer, times, round)) {
    // Who answers without a pause would else not let the timer come in between.
    await sleep(2)
    await ask()
  }
  await sleep(2)
  delay.disable()
  return delay.percentile(99) / 1e6
}

const collectedEvery = 50_000

/** Streams all customers, so many times as there are now: by how many MB the heap was ever larger than before, without garbage and with it. */
async function streamed({ times }: { readonly times: number }): Promise<{ readonly rows: number; readonly heapMb: number; readonly withGarbageMb: number }> {
  await withCustomersTimes(times, database)
  const before = heapKept()
  let [rows, kept, most] = [0, before, before]
  for await (const batch of peer.stream?.() ?? []) {
    const collects = Math.floor((rows + batch.length) / collectedEvery) > Math.floor(rows / collectedEvery)
    rows += batch.length
    most = Math.max(most, process.memoryUsage().heapUsed)
    if (collects) kept = Math.max(kept, heapKept())
  }
  return { rows, heapMb: (kept - before) / 1e6, withGarbageMb: (most - before) / 1e6 }
}

function heapKept(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc()')
  return process.memoryUsage().heapUsed
}

/** Of what is asked right after it was asked before: what a side looks at now and then, such as whether its tables have changed, is none of it. */
async function statements({ workload, times, round }: Asked): Promise<number> {
  const asking = workloads[workload].prepare(peer, times, round)
  const askAll = async (): Promise<void> => {
    for (const ask of asking) await ask()
  }
  await askAll()
  return await statementsOf(askAll)
}
