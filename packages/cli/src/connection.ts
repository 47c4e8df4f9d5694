import { Bus, clientOf } from '@caruso/bus'
import { messageOf, type Call, type Client } from '@caruso/contract'
import { Manager } from '@caruso/manager/contract'
import { readAssembly, type Assembly } from '@caruso/manager'
import { readConnectionFile } from '@caruso/nats-server'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { CliError } from './errors.ts'

/** A running assembly as an operator reaches it. Whoever may read the token may manage. */
export interface Connection {
  readonly bus: Bus
  readonly assembly: Assembly
  readonly manager: Client<typeof Manager>
  /** A call on behalf of the user of this terminal. */
  call(timeout: number, permissions?: readonly string[]): Call
}

const consumer = { component: 'cli', grants: [] }
/** Milliseconds to wait for the other hosts to say what they run. */
const discovery = 3_000

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
    const call = (timeout: number, permissions: readonly string[] = ['manage']): Call => bus.call({ ...consumer, identity: userInfo().username, permissions, timeout })
    return await work({ bus, assembly, manager: clientOf(Manager, bus.outlet(Manager, consumer)), call })
  } finally {
    await bus.close()
  }
}

/** Where the assembly's NATS server is: the company's own, or the embedded one of what runs now. */
export async function natsAddress(assembly: Assembly): Promise<{ url: string; token?: string }> {
  if (assembly.nats !== undefined) {
    const { url, tokenFile } = assembly.nats
    return tokenFile === undefined ? { url } : { url, token: (await readFile(tokenFile, 'utf8')).trim() }
  }
  try {
    return await readConnectionFile(join(assembly.folder, '.caruso'))
  } catch (cause) {
    throw new CliError('NOT_RUNNING', `Looked for assembly "${assembly.name}" in "${assembly.folder}": it does not run; start it by "caruso up"`, { cause })
  }
}

async function managerFound(bus: Bus, assembly: Assembly): Promise<void> {
  const found = (): boolean => bus.registry.lookup(Manager.name, Manager.version).length > 0
  if (found()) return
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const end = bus.registry.watch(() => {
    if (found()) resolve(true)
  })
  const timer = setTimeout(() => resolve(false), discovery)
  const appeared = await promise
  clearTimeout(timer)
  end()
  if (!appeared) throw new CliError('NOT_RUNNING', `Looked for the service manager of assembly "${assembly.name}": no host answered within ${discovery} ms`)
}
