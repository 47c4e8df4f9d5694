import { setTimeout as sleep } from 'node:timers/promises'
import type { Findings, Options } from './benchmark.ts'
import { Child } from './child.ts'
import type { Failure, Seen } from './discovery-caller.ts'
import { startNatsServer } from './nats.ts'
import { percentiles, rounded } from './statistics.ts'

const hostFile = './discovery-host.ts'
const callerFile = './discovery-caller.ts'
/** Milliseconds after a leave in which a late call would still be seen. */
const watched = 60
const killedTogether = 4

interface Sizes {
  readonly changes: number
  readonly kills: number
}

interface Callers {
  /** It calls all the time. */
  readonly busy: Child
  /** It never calls, so it only knows what it is told. */
  readonly idle: Child
}

/** How soon callers in other processes use what came and leave alone what went, and what they notice of it. */
export async function discovery({ quick, progress }: Options): Promise<Findings> {
  const sizes: Sizes = quick ? { changes: 3, kills: 1 } : { changes: 150, kills: 20 }
  await using stack = new AsyncDisposableStack()
  const nats = stack.use(await startNatsServer())
  progress('starting two hosts and two callers')
  const steady = stack.use(await Child.start(hostFile, nats.url, 'steady'))
  await steady.ask('join')
  const changing = stack.use(await Child.start(hostFile, nats.url, 'changing'))
  const callers = { busy: stack.use(await Child.start(callerFile, nats.url)), idle: stack.use(await Child.start(callerFile, nats.url)) }
  await callers.busy.ask('begin')
  await callers.busy.ask('first', { name: 'steady-0' })
  const { joins, leaves } = await comeAndGo(changing, callers.busy, sizes.changes, progress)
  const kills = await killed(nats.url, callers, sizes.kills, progress)
  await sleep(watched)
  const { failures, beats } = (await callers.busy.ask('end')) as { failures: Failure[]; beats: number }
  const wrong = failures.filter((failure) => !wasInFlight(failure, kills))
  const [join, leave, busy, idle] = [joins, leaves, kills.map(({ busyMs }) => busyMs), kills.map(({ idleMs }) => idleMs)].map((values) => percentiles(values))
  return {
    figures: [
      { name: 'join_p99_ms', value: rounded(join?.p99 ?? Number.NaN), goal: { atMost: 50 }, meaning: 'from an instance being ready to its first answer to a caller in another process' },
      { name: 'leave_p99_ms', value: rounded(leave?.p99 ?? Number.NaN), goal: { atMost: 20 }, meaning: 'from the beginning of a leave to the last call that reached it' },
      { name: 'kill_ms', value: rounded(Math.max(busy?.max ?? Number.NaN, idle?.max ?? Number.NaN)), goal: { atMost: 2000 }, meaning: 'from SIGKILL of a host until no caller would choose it; the worst, idle callers included' },
      { name: 'errors', value: wrong.length, goal: { atMost: 0 }, meaning: 'idempotent calls that failed, and others but those in flight at a kill (PROVIDER_LOST)' },
    ],
    details: { ...sizes, calls: beats * 2, join_ms: join, leave_ms: leave, kill_ms_of_a_busy_caller: busy, kill_ms_of_an_idle_caller: idle, lost_in_flight_at_kills: failures.length - wrong.length, wrong: wrong.slice(0, 10) },
  }
}

async function comeAndGo(host: Child, caller: Child, changes: number, progress: Options['progress']): Promise<{ joins: number[]; leaves: number[] }> {
  const joins: number[] = []
  const leaves: number[] = []
  for (let i = 1; i <= changes; i++) {
    const { name, ready } = (await host.ask('join')) as { name: string; ready: number }
    joins.push(((await caller.ask('first', { name })) as number) - ready)
    await sleep(watched / 3)
    const { leaving } = (await host.ask('leave')) as { leaving: number }
    await sleep(watched)
    const { lastArrival } = (await caller.ask('seen', { name })) as Seen
    leaves.push(Math.max(0, lastArrival - leaving))
    if (i % 50 === 0) progress(`${i} of ${changes} times joined and left`)
  }
  return { joins, leaves }
}

interface Kill {
  readonly killed: number
  readonly gone: number
  readonly busyMs: number
  readonly idleMs: number
}

async function killed(url: string, callers: Callers, count: number, progress: Options['progress']): Promise<Kill[]> {
  const kills: Kill[] = []
  while (kills.length < count) {
    const hosts = await Promise.all(Array.from({ length: Math.min(killedTogether, count - kills.length) }, async (_, i) => await Child.start(hostFile, url, `doomed-${kills.length + i}`)))
    await using stack = new AsyncDisposableStack()
    for (const host of hosts) stack.use(host)
    for (const host of hosts) {
      const { name } = (await host.ask('join')) as { name: string }
      const known = { host: await host.ask('name') }
      await Promise.all([callers.busy.ask('first', { name }), callers.idle.ask('knows', known)])
    }
    kills.push(...(await Promise.all(hosts.map(async (host, i) => await killOne(host, callers, i * watched)))))
    progress(`${kills.length} of ${count} hosts killed`)
  }
  return kills
}

async function killOne(host: Child, { busy, idle }: Callers, delay: number): Promise<Kill> {
  const name = await host.ask('name')
  await sleep(delay)
  const { killed: at, gone } = await host.kill()
  const [busyGone, idleGone] = await Promise.all([busy.ask('gone', { host: name }), idle.ask('gone', { host: name })])
  return { killed: at, gone, busyMs: (busyGone as number) - at, idleMs: (idleGone as number) - at }
}

/** Only what may not be repeated may be lost, and only what was sent before the process was seen to be gone. */
function wasInFlight({ operation, code, sent }: Failure, kills: readonly Kill[]): boolean {
  return operation === 'once' && code === 'PROVIDER_LOST' && kills.some(({ killed: at, gone }) => sent <= gone && sent >= at - 1_000)
}
