import { Bus, type NatsAddress } from '@caruso/bus'
import { Host, type Log, type StartNode } from '@caruso/kernel'
import type { Assembly } from './assembly.ts'
import { managerSpec } from './manager-plugin.ts'
import { ServiceManager } from './service-manager.ts'

export interface RunOptions {
  readonly nats: NatsAddress
  readonly log: Log
}

/** An assembly that runs in this process. */
export interface RunningAssembly {
  readonly host: Host
  readonly tree: StartNode
  /** Stops everything, dependents first; resolves to what was left behind, in words. */
  close(): Promise<readonly string[]>
}

/**
 * Connects to NATS and starts every component of an assembly in this process.
 *
 * @throws CarusoError of the first step that fails, after everything that had begun was ended
 */
export async function runAssembly(assembly: Assembly, { nats, log }: RunOptions): Promise<RunningAssembly> {
  const bus = new Bus(assembly.name, 'host')
  const host = new Host({ bus, log })
  let manager: ServiceManager | undefined
  const close = async (): Promise<readonly string[]> => {
    const left = await host.close()
    await manager?.close()
    await bus.close()
    return left
  }
  try {
    await bus.connect(nats)
    const opened = await ServiceManager.open(assembly, host)
    manager = opened
    const tree = await opened.start([managerSpec(host, () => opened)])
    return { host, tree, close }
  } catch (error) {
    await close()
    throw error
  }
}
