import { connect } from '@nats-io/transport-node'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Findings, Options } from './benchmark.ts'
import { Child } from './child.ts'
import { startNatsServer } from './nats.ts'
import { rounded } from './statistics.ts'

const hostsFile = './idle-hosts.ts'
/** Simulated hosts share a few processes, or two cores would be busy with starting them. */
const perProcess = 10
const settleMs = 3_000
const knownWithin = 30_000

/** What hosts send that have nothing to do: every message that reaches the server is counted. */
export async function idle({ quick, progress }: Options): Promise<Findings> {
  const { hosts, seconds } = quick ? { hosts: 3, seconds: 1 } : { hosts: 50, seconds: 30 }
  await using stack = new AsyncDisposableStack()
  const nats = stack.use(await startNatsServer())
  const children: Child[] = []
  for (let begun = 0; begun < hosts; begun += perProcess) {
    children.push(stack.use(await Child.start(hostsFile, nats.url, String(Math.min(perProcess, hosts - begun)))))
    progress(`${Math.min(begun + perProcess, hosts)} of ${hosts} hosts`)
  }
  await knownToAll(children, hosts)
  await sleep(settleMs)
  progress(`counting for ${seconds} s`)
  const messages = await counted(nats.url, seconds * 1000)
  return {
    figures: [{ name: 'messages_per_host_s', value: rounded(messages / hosts / seconds), goal: { atMost: 2 }, meaning: 'messages that an idle host sends in a second' }],
    details: { hosts, seconds, messages },
  }
}

async function knownToAll(children: readonly Child[], hosts: number): Promise<void> {
  for (let waited = 0; ; waited += 100) {
    const known = await Promise.all(children.map(async (child) => (await child.ask('known')) as number))
    if (known.every((count) => count === hosts)) return
    if (waited > knownWithin) throw new Error(`Waited for ${hosts} hosts to know each other: after ${knownWithin} ms some know ${Math.min(...known)}`)
    await sleep(100)
  }
}

async function counted(url: string, milliseconds: number): Promise<number> {
  const connection = await connect({ servers: url })
  let messages = 0
  connection.subscribe('>', { callback: () => void messages++ })
  await connection.flush()
  await sleep(milliseconds)
  await connection.close()
  return messages
}
