import { Bus } from '@caruso/bus'
import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { Who } from './discovery-contract.ts'
import { serveCommands } from './serve-commands.ts'
import { stderrLog } from './stderr-log.ts'

/** Started as `idle-hosts.ts URL COUNT`: so many hosts, each with a connection and a component of its own, and nothing to do. */
const [url = '', count = '0'] = process.argv.slice(2)

const idle = definePlugin({
  name: 'idle',
  config: Type.Object({}),
  provides: { who: Who },
  start: () => ({ who: { instant: () => ({ name: '', at: 0 }), repeatable: () => ({ name: '', at: 0 }), once: () => ({ name: '', at: 0 }) } }),
})

const hosts = await Promise.all(Array.from({ length: Number(count) }, async (_, i) => await started(`idle-${i}`)))

serveCommands(
  { known: () => Math.min(...hosts.map(({ bus }) => bus.registry.list().length)) },
  async () => await Promise.all(hosts.map(async ({ bus, host }) => {
    await host.close()
    await bus.close()
  })),
)

async function started(component: string): Promise<{ bus: Bus; host: Host }> {
  const bus = new Bus('bench-idle', component)
  await bus.connect({ url })
  const host = new Host({ bus, log: stderrLog })
  await host.startAll([{ component, plugin: 'idle', version: '1.0.0', entry: idle, isolation: 'inline', config: {}, grants: [] }])
  return { bus, host }
}
