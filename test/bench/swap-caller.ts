import { Bus } from '@caruso/bus'
import { readAssembly, runAssembly } from '@caruso/manager'
import { Counter } from './counter/contract.ts'
import { OpenLoop, type Load, type Stretch } from './open-loop.ts'
import { serveCommands } from './serve-commands.ts'
import { stderrLog } from './stderr-log.ts'

/**
 * Started as `swap-caller.ts URL [FOLDER]`: a caller of the counter, far from it; with the folder of the assembly it runs
 * the assembly itself, and calls the counter from beside it.
 */
const [url = '', folder] = process.argv.slice(2)
const consumer = { component: 'caller', grants: [] }
const callTimeout = 20_000

const { bus, close } = await connected()
let loop: OpenLoop | undefined

serveCommands(
  {
    begin: (load: Load) => {
      loop = new OpenLoop(bus.client(Counter, consumer), () => bus.call({ ...consumer, identity: 'bench', permissions: [], timeout: callTimeout }), load)
      loop.begin()
    },
    end: async () => await loop?.end(),
    taken: ({ stretches }: { stretches: Stretch[] }) => loop?.taken(stretches),
  },
  close,
)

async function connected(): Promise<{ bus: Bus; close(): Promise<unknown> }> {
  if (folder === undefined) {
    const far = new Bus('bench-swap', 'caller')
    await far.connect({ url })
    return { bus: far, close: async () => await far.close() }
  }
  const running = await runAssembly(await readAssembly(folder, { env: {} }), { nats: { url }, log: stderrLog })
  return { bus: running.host.bus, close: async () => await running.close() }
}
