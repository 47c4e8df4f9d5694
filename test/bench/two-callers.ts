import { Bus } from '@caruso/bus'
import { join } from 'node:path'
import { Child } from './child.ts'
import type { InstalledPackages } from './installed-packages.ts'
import type { Nats } from './nats.ts'
import type { SwappedAssembly } from './swapped-assembly.ts'

/** Who calls the counter of an assembly that runs, and a bus beside them for who operates it. */
export interface TwoCallers {
  /** In the process of the host. */
  readonly near: Child
  /** In a process of its own. */
  readonly far: Child
  readonly bus: Bus
}

/** Starts an assembly and its callers; they end before what is below them on the stack. */
export async function startTwoCallers(stack: AsyncDisposableStack, packages: InstalledPackages, assembly: SwappedAssembly, nats: Nats): Promise<TwoCallers> {
  const path = join(packages.folder, 'bench', 'swap-caller.js')
  const near = stack.use(await Child.startHost(path, nats.url, assembly.name, assembly.folder))
  const far = stack.use(await Child.startBuilt(path, nats.url, assembly.name))
  const bus = new Bus(assembly.name, 'operator')
  stack.defer(async () => await bus.close())
  await bus.connect({ url: nats.url })
  return { near, far, bus }
}
