import { serveCommands } from '../serve-commands.ts'
import { percentiles, type Percentiles } from '../statistics.ts'
import { bareBytes, bareClient } from './bare-client.ts'
import { caruso, carusoFresh } from './caruso.ts'
import type { Caller, Peer } from './peer.ts'

/** Started as `peer-process.ts PEER provide|connect|direct [URL] [TOKEN]`. */
const [name = '', role, url = '', token] = process.argv.slice(2)

const peer = await peerOf(name)
if (role === 'provide') serveCommands({}, await peer.provide(url, token))
else {
  const caller = role === 'direct' ? await peer.direct?.() : await peer.connect(url, token)
  if (caller === undefined) throw new Error(`Started peer "${name}" as "${role}": it has no such role`)
  serveCommands(
    {
      answers: async ({ calls }: { calls: number }) => await Promise.all(Array.from({ length: calls }, (_, i) => caller.answer(i))),
      throughput: async ({ inFlight, calls }: { inFlight: number; calls: number }) => await throughput(caller, inFlight, calls),
      latency: async ({ calls }: { calls: number }) => await latency(caller, calls),
    },
    async () => await caller.close(),
  )
}

async function peerOf(wanted: string): Promise<Peer> {
  // Only its own processes load what a peer brings.
  if (wanted === 'moleculer') return (await import('./moleculer.ts')).moleculerPeer
  const peers: Readonly<Record<string, Peer>> = { caruso, 'caruso-fresh': carusoFresh, 'bare-client': bareClient, 'bare-bytes': bareBytes }
  const found = peers[wanted]
  if (found === undefined) throw new Error(`Started peer "${wanted}": there are moleculer, ${Object.keys(peers).join(', ')}`)
  return found
}

/** Calls per second while so many are always in flight. */
async function throughput(caller: Caller, inFlight: number, calls: number): Promise<number> {
  let sent = 0
  const work = async (): Promise<void> => {
    while (sent < calls) await caller.call(sent++)
  }
  const begun = performance.now()
  await Promise.all(Array.from({ length: inFlight }, work))
  return (calls / (performance.now() - begun)) * 1000
}

/** Milliseconds from call to answer, one call at a time. */
async function latency(caller: Caller, calls: number): Promise<Percentiles> {
  const taken = new Float64Array(calls)
  for (let i = 0; i < calls; i++) {
    const begun = performance.now()
    await caller.call(i)
    taken[i] = performance.now() - begun
  }
  return percentiles(taken)
}
