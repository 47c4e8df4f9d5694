import { Bus } from '@caruso/bus'
import { readAssembly, runAssembly } from '@caruso/manager'
import { Counter } from './counter/contract.ts'
import { EndlessReader } from './endless-reader.ts'
import { OpenLoop, type Load, type Stretch } from './open-loop.ts'
import { serveCommands } from './serve-commands.ts'
import { stderrLog } from './stderr-log.ts'

/**
 * Started as `swap-caller.ts URL NAME [FOLDER]`: a caller of the counter of the assembly with that name, far from it; with
 * the folder of the assembly it runs the assembly itself, and calls the counter from beside it.
 */
const [url = '', name = '', folder] = process.argv.slice(2)
const consumer = { component: 'caller', grants: [] }
const callTimeout = 20_000
const streamTimeout = 3_600_000

const { bus, close } = await connected()
const counter = bus.client(Counter, consumer)
let loop: OpenLoop | undefined
let reader: EndlessReader | undefined

serveCommands(
  {
    begin: (load: Load) => {
      reader = new EndlessReader(counter, callFor(streamTimeout))
      loop = new OpenLoop(counter, () => callFor(callTimeout), load)
      loop.begin()
    },
    end: async () => ({ ...(await loop?.end()), stream: await reader?.end() }),
    taken: ({ stretches }: { stretches: Stretch[] }) => loop?.taken(stretches),
    longest: ({ stretches }: { stretches: Stretch[] }) => stretches.map((stretch) => loop?.taken([stretch]).max ?? 0),
    tally: async () => await counter.tally({}, callFor(callTimeout)),
  },
  close,
)

function callFor(timeout: number): ReturnType<Bus['call']> {
  return bus.call({ ...consumer, identity: 'bench', permissions: [], timeout })
}

async function connected(): Promise<{ bus: Bus; close(): Promise<unknown> }> {
  if (folder === undefined) {
    const far = new Bus(name, 'caller')
    await far.connect({ url })
    return { bus: far, close: async () => await far.close() }
  }
  const running = await runAssembly(await readAssembly(folder, { env: {} }), { nats: { url }, log: stderrLog })
  return { bus: running.host.bus, close: async () => await running.close() }
}
