import { Bus, type InstanceInfo, type NatsAddress } from '@caruso/bus'
import { isolations } from '@caruso/isolation'
import type { HostOptions, Log, StartNode } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import type { Assembly } from './assembly.ts'
import { ManagerError } from './errors.ts'
import { mainHost, managerOf } from './host-name.ts'
import { managerSpec } from './manager-plugin.ts'
import { componentsOf } from './placement.ts'
import { ServiceManager } from './service-manager.ts'

export interface RunOptions {
  readonly nats: NatsAddress
  readonly log: Log
  /** The name of the host that runs here; its components of the assembly are started. */
  readonly name?: string
}

/** An assembly that runs in this process, and who plans what runs. */
export interface StartedAssembly extends RunningAssembly {
  readonly manager: ServiceManager
}

/** An assembly that runs in this process. */
export interface RunningAssembly {
  readonly host: Host
  readonly tree: StartNode
  /** Stops everything, dependents first; resolves to what was left behind, in words. */
  close(): Promise<readonly string[]>
}

/**
 * Connects to NATS and starts every component of a host of an assembly in this process.
 *
 * @throws ManagerError `HOST_TAKEN` when another process runs one of them already, or CarusoError of the first step
 *   that fails, after everything that had begun was ended
 */
export async function runAssembly(assembly: Assembly, options: RunOptions): Promise<RunningAssembly> {
  return await startAssembly(assembly, options, isolations())
}

/** The same, with other ways to run components apart from this thread. */
export async function startAssembly(assembly: Assembly, { nats, log, name = mainHost }: RunOptions, ways: HostOptions['isolations'] & object): Promise<StartedAssembly> {
  // Messages are cut from Node's pool. In a pool of its 64 KB one lives so long that V8 takes it for old, and then they pile up.
  Buffer.poolSize = smallPool
  const bus = new Bus(assembly.name, name)
  const host = new Host({ bus, log, isolations: ways })
  let manager: ServiceManager | undefined
  const close = async (): Promise<readonly string[]> => {
    const left = await host.close()
    await manager?.close()
    await bus.close()
    return left
  }
  try {
    await bus.connect(nats)
    // Nobody else can be at an embedded server that has just been started.
    if (assembly.nats !== undefined || name !== mainHost) await requireFree(bus, assembly, name)
    manager = await ServiceManager.open(assembly, host, name)
    const tree = await manager.start([managerSpec(assembly, host, manager)])
    return { host, tree, close, manager }
  } catch (error) {
    await close()
    throw error
  }
}

/** Bytes. */
const smallPool = 8_192

/** Milliseconds within which every process says what it runs when it is asked. */
const discovery = 500

async function requireFree(bus: Bus, assembly: Assembly, name: string): Promise<void> {
  const taken = await heardOf(bus, new Set([managerOf(name), ...(await componentsOf(assembly, name))]))
  if (taken !== undefined) throw new ManagerError('HOST_TAKEN', `Started host "${name}" of assembly "${assembly.name}": component "${taken.component}" runs already at "${taken.host}"; stop that one first`)
}

/** The first instance of some components that is heard of, or undefined when the time is over. */
async function heardOf({ registry }: Bus, components: ReadonlySet<string>): Promise<InstanceInfo | undefined> {
  const { promise, resolve } = Promise.withResolvers<InstanceInfo | undefined>()
  const look = (): void => {
    const found = registry.list().find(({ info }) => components.has(info.component))
    if (found !== undefined) resolve(found.info)
  }
  const end = registry.watch(look)
  const timer = setTimeout(() => resolve(undefined), discovery)
  look()
  return await promise.finally(() => {
    clearTimeout(timer)
    end()
  })
}
