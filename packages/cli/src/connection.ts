import { Bus } from '@caruso/bus'
import { messageOf, type Client, type LiveAssembly } from '@caruso/contract'
import { Manager } from '@caruso/manager/contract'
import { hostsOf, managerOf, readAssembly, type Assembly } from '@caruso/manager'
import { readConnectionFile } from '@caruso/nats-server'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { CliError } from './errors.ts'

/** A running assembly as an operator reaches it. Whoever may read the token may manage. */
export interface Connection extends LiveAssembly {
  readonly manager: Client<typeof Manager>
}

const consumer = { component: 'cli', grants: [] }
/** Milliseconds to wait for the other hosts to say what they run. */
const discovery = 3_000
/** Milliseconds that the others may take longer than the first. */
const otherHosts = 500

/**
 * Works with a running assembly, and lets go of it.
 *
 * @throws CliError `NOT_RUNNING` when nothing runs there
 */
export async function connected<T>(folder: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const assembly = await readAssembly(folder, { env: process.env })
  const bus = new Bus(assembly.name, 'cli')
  try {
    await bus.connect(await natsAddress(assembly)).catch((cause: unknown) => {
      throw new CliError('NOT_RUNNING', `Connected to assembly "${assembly.name}": ${messageOf(cause)}; start it by "caruso up"`, { cause })
    })
    await managerFound(bus, assembly)
    return await work({
      name: assembly.name,
      manager: bus.client(Manager, consumer),
      instances: () => bus.registry.list().map(({ info }) => info),
      client: (contract) => bus.client(contract, consumer),
      call: (timeout, permissions = ['manage'], trace) => bus.call({ ...consumer, identity: userInfo().username, permissions, timeout, ...(trace === undefined ? {} : { trace }) }),
      on: (topic, heard) => bus.on(topic, heard),
      survey: (subject, question, heard) => bus.survey(subject, question, heard),
    })
  } finally {
    await bus.close()
  }
}

/** Where the assembly's NATS server is: the company's own, or the embedded one of what runs now. */
export async function natsAddress(assembly: Assembly): Promise<{ url: string; token?: string }> {
  if (assembly.nats !== undefined) {
    const { url, tokenFile } = assembly.nats
    return tokenFile === undefined ? { url } : { url, token: await readToken(tokenFile) }
  }
  try {
    return await readConnectionFile(join(assembly.folder, '.caruso'))
  } catch (cause) {
    throw new CliError('NOT_RUNNING', `Looked for assembly "${assembly.name}" in "${assembly.folder}": it does not run; start it by "caruso up"`, { cause })
  }
}

/** The token in a file, without what an editor puts around it. */
export async function readToken(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim()
}

/** Waits for the managers of all hosts that the assembly names; one that is away holds nobody up for long. */
async function managerFound(bus: Bus, assembly: Assembly): Promise<void> {
  const found = (): string[] => bus.registry.lookup(Manager.name, Manager.version).map(({ entry }) => entry.info.component)
  const { promise, resolve } = Promise.withResolvers<void>()
  const timers = [setTimeout(resolve, discovery)]
  const look = (): void => {
    const there = found()
    if (hostsOf(assembly).every((host) => there.includes(managerOf(host)))) resolve()
    else if (there.length > 0 && timers.length === 1) timers.push(setTimeout(resolve, otherHosts))
  }
  const end = bus.registry.watch(look)
  look()
  await promise
  for (const timer of timers) clearTimeout(timer)
  end()
  if (found().length === 0) throw new CliError('NOT_RUNNING', `Looked for the service manager of assembly "${assembly.name}": no host answered within ${discovery} ms`)
}
