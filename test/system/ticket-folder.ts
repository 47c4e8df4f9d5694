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

export const firstTickets: TicketVersion = { classes: { Ticket: `key: 'id', attributes: { id: 'number', title: { type: 'text', required: true, max: 20 }, room: { type: 'text', required: true, max: 20 } }` }, values: `{ title: 'a lamp', room: 'hall' }` }
/** It no longer knows the room, has longer titles, asks for a telephone, and keeps notes. */
export const secondTickets: TicketVersion = {
  classes: {
    Ticket: `key: 'id', attributes: { id: 'number', title: { type: 'text', required: true, max: 60 }, phone: { type: 'text', required: true, max: 20 } }`,
    Note: `key: 'id', attributes: { id: 'number', ticket: { type: 'reference', to: 'Ticket', required: true }, words: 'text' }`,
  },
  values: `{ title: 'a lamp that is broken since yesterday', phone: '12' }`,
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

/** The folder of an assembly whose component `tickets` keeps objects of its own. */
export interface TicketFolder {
  readonly folder: string
  /** Takes in a version. */
  add(version: string, what: TicketVersion): Promise<void>
}

/** The same, running in this process. */
export interface TicketAssembly extends TicketFolder {
  readonly running: RunningAssembly
  readonly tickets: Client<typeof Tickets>
  readonly manager: Client<typeof Manager>
  call(timeout?: number): Call
  /** Ends all, and starts it again. */
  restart(): Promise<TicketAssembly>
}

const silent = (): void => undefined
const log: Log = { debug: silent, info: silent, warn: silent, error: silent }
const consumer = { component: 'tests', grants: [] }

export async function ticketAssembly(kind: Kind, first: TicketVersion): Promise<TicketAssembly> {
  const { folder, add } = await ticketFolder(kind, first)
  return await started(folder, add)
}

/** @param hosts with `modeler` the host that it runs at, and with `nats` where that and the main one meet */
export async function ticketFolder(kind: Kind, first: TicketVersion, hosts?: { readonly modeler: string; readonly nats: string }): Promise<TicketFolder> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'caruso-tickets-')))
  onTestFinished(async () => await rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  const source = kind === 'sqlite' ? { kind, file: join(folder, 'crm.db') } : { ...(await freshDatabase(kind)), connections: 4 }
  const at = hosts === undefined ? '' : `, host: ${hosts.modeler}`
  await writeFile(join(folder, 'assembly.yaml'), [
    'assembly: tickets',
    'components:',
    `  storage: { plugin: '@caruso/storage', config: { sources: { crm: ${JSON.stringify(source)} } } }`,
    `  modeler: { plugin: '@caruso/modeler', permissions: [storage.alter]${at} }`,
    `  tickets: { plugin: tickets, version: '*', permissions: [objects.declare] }`,
    ...(hosts === undefined ? [] : [`nats: { url: '${hosts.nats}' }`]),
    '',
  ].join('\n'))
  const add = async (version: string, what: TicketVersion): Promise<void> => await addVersion(folder, version, what)
  await add('1.0.0', first)
  return { folder, add }
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
