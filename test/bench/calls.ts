import type { Findings, Options } from './benchmark.ts'
import { Child } from './child.ts'
import { startEmbeddedServer, startNatsServer, type Nats } from './nats.ts'
import { interleaved, type Results } from './rounds.ts'
import { median, rounded, type Percentiles } from './statistics.ts'

const peerFile = './peers/peer-process.ts'
const checkedAnswers = 200

/** Something that is measured once per round: who (a peer in its own process), and what. */
interface Lane {
  readonly name: string
  readonly child: Child
  readonly command: 'throughput' | 'latency'
  readonly input: { readonly calls: number; readonly inFlight?: number }
}

/** How fast calls are: in one process and between two, against Moleculer, the bare client, and nats-server. */
export async function calls(options: Options): Promise<Findings> {
  const rounds = options.quick ? 1 : 7
  const scale = options.quick ? 0.01 : 1
  return findings(new Map([...(await measurePeers(rounds, scale, options)), ...(await measureServers(rounds, scale, options))]), rounds)
}

async function measurePeers(rounds: number, scale: number, { progress }: Options): Promise<Results> {
  await using stack = new AsyncDisposableStack()
  const nats = stack.use(await startNatsServer())
  const lanes: Lane[] = []
  const direct = new Map<string, Child>()
  for (const peer of ['caruso', 'moleculer', 'caruso-fresh']) {
    progress(`starting ${peer} in one process`)
    direct.set(peer, stack.use(await Child.start(peerFile, peer, 'direct')))
  }
  for (const [peer, child] of direct) lanes.push({ name: `direct ${peer}`, child, command: 'throughput', input: { inFlight: 1, calls: 3_000_000 } })
  for (const [peer, child] of direct) lanes.push({ name: `direct64 ${peer}`, child, command: 'throughput', input: { inFlight: 64, calls: 1_500_000 } })
  const remote = new Map<string, Child>()
  for (const peer of ['caruso', 'moleculer', 'bare-client']) remote.set(peer, await startPair(stack, peer, nats, progress))
  for (const inFlight of [64, 256]) {
    // Long enough that compiling and collecting are in the figure, as they are in a day's work.
    for (const [peer, child] of remote) lanes.push({ name: `remote${inFlight} ${peer}`, child, command: 'throughput', input: { inFlight, calls: peer === 'bare-client' ? 16_000 : 60_000 } })
  }
  for (const [peer, child] of remote) lanes.push({ name: `single ${peer}`, child, command: 'latency', input: { calls: 2_000 } })
  await checkAnswers(lanes)
  return await interleaved(lanes, { rounds, progress, measure: (lane) => measure(lane, scale) })
}

async function measureServers(rounds: number, scale: number, { progress }: Options): Promise<Results> {
  await using stack = new AsyncDisposableStack()
  const servers = { 'nats-server': stack.use(await startNatsServer()), embedded: stack.use(await startEmbeddedServer()) }
  const lanes: Lane[] = []
  for (const [name, server] of Object.entries(servers)) {
    const child = await startPair(stack, 'bare-bytes', server, progress)
    lanes.push({ name: `server ${name}`, child, command: 'throughput', input: { inFlight: 64, calls: 16_000 } })
  }
  await checkAnswers(lanes)
  return await interleaved(lanes, { rounds, progress, measure: (lane) => measure(lane, scale) })
}

/** A provider and its caller, each in a process of its own; they end before what is below them on the stack. */
async function startPair(stack: AsyncDisposableStack, peer: string, nats: Nats & { readonly token?: string }, progress: Options['progress']): Promise<Child> {
  progress(`starting ${peer} in two processes`)
  const address = nats.token === undefined ? [nats.url] : [nats.url, nats.token]
  stack.use(await Child.start(peerFile, peer, 'provide', ...address))
  return stack.use(await Child.start(peerFile, peer, 'connect', ...address))
}

/** Only what answers alike is compared. */
async function checkAnswers(lanes: readonly Lane[]): Promise<void> {
  const expected = JSON.stringify(Array.from({ length: checkedAnswers }, (_, i) => i + 1))
  for (const { name, child } of lanes) {
    const answers = JSON.stringify(await child.ask('answers', { calls: checkedAnswers }))
    if (answers !== expected) throw new Error(`Checked the answers of "${name}": expected ${expected.slice(0, 40)}…, found ${answers.slice(0, 40)}…`)
  }
}

async function measure({ name, child, command, input }: Lane, scale: number): Promise<[name: string, value: number][]> {
  const result = await child.ask(command, { ...input, calls: Math.ceil(input.calls * scale) })
  if (command === 'throughput') return [[name, result as number]]
  const { p50, p99, p999 } = result as Percentiles
  return [[`${name} p50`, p50], [`${name} p99`, p99], [`${name} p99.9`, p999]]
}

function findings(results: Results, rounds: number): Findings {
  const of = (name: string): number => median(results.get(name) ?? [])
  const ratio = (name: string, ours: string, theirs: string): number => rounded(of(`${name} ${ours}`) / of(`${name} ${theirs}`))
  return {
    figures: [
      { name: 'direct_vs_moleculer', value: ratio('direct', 'caruso', 'moleculer'), goal: { atLeast: 2 }, meaning: 'direct calls per second in one process, one after the other' },
      { name: 'remote64_vs_moleculer', value: ratio('remote64', 'caruso', 'moleculer'), goal: { atLeast: 2.5 }, meaning: 'calls per second between two processes, 64 in flight' },
      { name: 'remote256_vs_moleculer', value: ratio('remote256', 'caruso', 'moleculer'), goal: { atLeast: 2.5 }, meaning: 'the same, 256 in flight' },
      { name: 'single_p50_vs_client', value: rounded(of('single caruso p50') / of('single bare-client p50')), goal: { atMost: 1.1 }, meaning: 'median time of one call at a time, against a bare request of the official client' },
      { name: 'embedded_vs_nats_server', value: ratio('server', 'embedded', 'nats-server'), goal: { atLeast: 0.7 }, meaning: 'calls per second through the embedded server, 128 bytes, 64 in flight' },
    ],
    details: {
      rounds,
      calls_per_s: medians(results, (name) => !name.startsWith('single')),
      single_call_ms: medians(results, (name) => name.startsWith('single')),
    },
  }
}

function medians(results: Results, chosen: (name: string) => boolean): Record<string, number> {
  return Object.fromEntries([...results].filter(([name]) => chosen(name)).map(([name, values]) => [name, rounded(median(values))]))
}
