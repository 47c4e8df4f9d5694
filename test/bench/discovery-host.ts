import { Type } from '@caruso/contract'
import { Bus } from '@caruso/bus'
import { definePlugin } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonic } from './clock.ts'
import { Who, type Arrival } from './discovery-contract.ts'
import { serveCommands } from './serve-commands.ts'
import { stderrLog } from './stderr-log.ts'

/** Started as `discovery-host.ts URL NAME`: a host whose one component comes and goes when told. */
const [url = '', hostName = ''] = process.argv.slice(2)
const workMs = 5

const who = definePlugin({
  name: 'who',
  config: Type.Object({ name: Type.String() }),
  provides: { who: Who },
  start({ config }) {
    const arrival = (): Arrival => ({ name: config.name, at: monotonic() })
    const after = async (ms: number): Promise<Arrival> => {
      const arrived = arrival()
      await sleep(ms)
      return arrived
    }
    return { who: { instant: () => arrival(), repeatable: async () => await after(workMs), once: async () => await after(workMs) } }
  },
})

const bus = new Bus('bench-discovery', hostName)
await bus.connect({ url })
let host = new Host({ bus, log: stderrLog })
let joined = 0

serveCommands({ join, leave, name: () => bus.host }, async () => {
  await host.close()
  await bus.close()
})

/** The instance's name, and when it was ready; from there on it only has to become known. */
async function join(): Promise<{ name: string; ready: number }> {
  const name = `${hostName}-${joined++}`
  const instance = await host.load({ component: 'who', plugin: 'who', version: '1.0.0', entry: who, isolation: 'inline', config: { name }, grants: [] })
  await instance.start()
  const ready = monotonic()
  await host.switchTo(instance)
  return { name, ready }
}

async function leave(): Promise<{ leaving: number; left: readonly string[] }> {
  const leaving = monotonic()
  const left = await host.close()
  host = new Host({ bus, log: stderrLog })
  return { leaving, left }
}
