import { Bus, type Outlet } from '@caruso/bus'
import type { Call } from '@caruso/contract'
import { isolations } from '@caruso/isolation'
import type { Log } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { onTestFinished } from 'vitest'
import { readAssembly } from '../src/assembly.ts'
import { ServiceManager } from '../src/service-manager.ts'
import { deskFolder, type DeskFolder } from './desk-folder.ts'

/** An assembly with a desk that runs in this process, without NATS: everybody is in reach. */
export interface DeskHost {
  readonly desks: DeskFolder
  readonly host: Host
  readonly manager: ServiceManager
  /** What was written to the log from warnings on. */
  readonly warnings: string[]
  call(timeout?: number): Call
  ask(operation: string, input?: object, call?: Call): Promise<unknown>
  stream(operation: string, input: object): AsyncGenerator<unknown, void>
}

const consumer = { component: 'tests', grants: [] }

export async function deskHost(options: Parameters<typeof deskFolder>[0] = {}): Promise<DeskHost> {
  const desks = await deskFolder(options)
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  const assembly = await readAssembly(desks.folder, { env: {} })
  const bus = new Bus(assembly.name, 'host')
  const warnings: string[] = []
  const host = new Host({ bus, log: logInto(warnings), isolations: isolations() })
  const manager = await ServiceManager.open(assembly, host)
  onTestFinished(async () => {
    await host.close()
    await manager.close()
    await bus.close()
  })
  const call = (timeout = 20_000): Call => bus.call({ ...consumer, identity: 'ada', permissions: [], timeout })
  const desk = (): Outlet => {
    const contract = bus.registry.list().flatMap(({ info }) => info.contracts).find(({ name }) => name === 'desk')
    if (contract === undefined) throw new Error('there is no desk')
    return bus.outlet({ ...contract, version: `${contract.version.split('.')[0]}.0.0` }, consumer)
  }
  await manager.start([])
  return { desks, host, manager, warnings, call, ask: async (operation, input = {}, context = call()) => await desk().call(operation, input, context), stream: (operation, input) => desk().stream(operation, input, call()) }
}

function logInto(warnings: string[]): Log {
  const write = (...words: unknown[]): void => void warnings.push(words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' '))
  const silent = (): void => undefined
  return { debug: silent, info: silent, warn: write, error: write }
}
