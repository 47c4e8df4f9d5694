import { clientOf } from '@caruso/bus'
import { contract, type Call, type Client, Type } from '@caruso/contract'
import type { Log } from '@caruso/kernel'
import { Manager, managerOf, mainHost, PluginStore, readAssembly, runAssembly, type RunningAssembly } from '@caruso/manager'
import { startNatsServer } from '@caruso/nats-server'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freshDatabase } from '../databases.ts'

const repository = join(import.meta.dirname, '../..')

export type Kind = 'sqlite' | 'pg' | 'mysql'

/** One version of the plugin: its classes as the code says them, and the values of the tickets that it makes. */
export interface TicketVersion {
  readonly classes: Readonly<Record<string, string>>
  readonly values: string
}

/** What a plugin that brings a class of its own offers in all its versions. */
export const Tickets = contract({
  name: 'tickets',
  version: '1.0.0',
  operations: {
    add: { input: Type.Object({}), output: Type.Object({ version: Type.String() }) },
    all: { input: Type.Object({}), output: Type.Object({ version: Type.String(), tickets: Type.Array(Type.Record(Type.String(), Type.Unknown())) }) },
  },
})

/** An assembly whose component `tickets` keeps objects of its own. */
export interface TicketAssembly {
  readonly folder: string
  readonly running: RunningAssembly
  readonly tickets: Client<typeof Tickets>
  readonly manager: Client<typeof Manager>
  call(timeout?: number): Call
  /** Takes in a version. */
  add(version: string, what: TicketVersion): Promise<void>
  /** Ends all, and starts it again. */
  restart(): Promise<TicketAssembly>
}

const silent = (): void => undefined
const log: Log = { debug: silent, info: silent, warn: silent, error: silent }
const consumer = { component: 'tests', grants: [] }

export async function ticketAssembly(kind: Kind, first: TicketVersion, options: { readonly isolation?: string; readonly modelerAt?: string; readonly permissions?: string } = {}): Promise<TicketAssembly> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'caruso-tickets-')))
  onTestFinished(async () => await rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  const source = kind === 'sqlite' ? { kind, file: join(folder, 'crm.db') } : { ...(await freshDatabase(kind)), connections: 4 }
  const at = options.modelerAt === undefined ? '' : `, host: ${options.modelerAt}`
  await writeFile(join(folder, 'assembly.yaml'), [
    'assembly: tickets',
    'components:',
    `  storage: { plugin: '@caruso/storage', config: { sources: { crm: ${JSON.stringify(source)} } } }`,
    `  modeler: { plugin: '@caruso/modeler', permissions: [${options.permissions ?? 'storage.alter'}]${at} }`,
    `  tickets: { plugin: tickets, version: '*', isolation: ${options.isolation ?? 'inline'}, permissions: [objects.declare] }`,
    '',
  ].join('\n'))
  const add = async (version: string, what: TicketVersion): Promise<void> => await addVersion(folder, version, what)
  await add('1.0.0', first)
  return await started(folder, add)
}

async function started(folder: string, add: TicketAssembly['add']): Promise<TicketAssembly> {
  const nats = await startNatsServer({})
  const running = await runAssembly(await readAssembly(folder, { env: {} }), { nats, log })
  let closed: Promise<unknown> | undefined
  const close = (): Promise<unknown> => (closed ??= running.close().then(async () => await nats.close()))
  onTestFinished(async () => void (await close()))
  const { bus } = running.host
  return {
    folder,
    running,
    tickets: clientOf(Tickets, bus.outlet(Tickets, consumer)),
    manager: clientOf(Manager, bus.outlet(Manager, consumer, managerOf(mainHost))),
    call: (timeout = 30_000) => bus.call({ ...consumer, identity: 'ada', permissions: ['manage'], timeout }),
    add,
    restart: async () => {
      await close()
      return await started(folder, add)
    },
  }
}

async function addVersion(folder: string, version: string, { classes, values }: TicketVersion): Promise<void> {
  const source = join(folder, 'sources', version)
  const names = Object.keys(classes)
  const code = `import { contract, Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { defineObject, modelOf, Objects, objectsOf } from '@caruso/modeler/contract'

${names.map((name) => `const ${name} = defineObject({ class: '${name}', ${classes[name]} })`).join('\n')}
const version = '${version}'
const any = Type.Object({})
const Tickets = contract({ name: 'tickets', version: '1.0.0', operations: { add: { input: any, output: Type.Object({ version: Type.String() }) }, all: { input: any, output: Type.Object({ version: Type.String(), tickets: Type.Array(Type.Record(Type.String(), Type.Unknown())) }) } } })

export default definePlugin({
  name: 'tickets',
  config: Type.Object({}),
  provides: { tickets: Tickets },
  requires: { objects: Objects },
  needs: { objects: modelOf(${names.join(', ')}) },
  start({ objects }) {
    const tickets = objectsOf(objects, Ticket)
    return {
      tickets: {
        add: async (_, call) => {
          await tickets.commit([tickets.create(${values})], call)
          return { version }
        },
        all: async (_, call) => ({ version, tickets: [...(await tickets.find({ order: [{ attribute: 'id' }] , limit: 1000 }, call)).objects] }),
      },
    }
  },
})
`
  await mkdir(dirname(join(source, 'index.ts')), { recursive: true })
  await writeFile(join(source, 'index.ts'), code)
  await writeFile(join(source, 'package.json'), JSON.stringify({ name: 'tickets', version, type: 'module', exports: './index.ts' }))
  await new PluginStore(folder).add(source, () => undefined)
}
