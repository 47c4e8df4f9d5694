import { Bus } from '@caruso/bus'
import type { Call, Client, Contract } from '@caruso/contract'
import type { Description, Instance } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { readAssembly, versionInUse, type Assembly } from '@caruso/manager'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { CliError } from './errors.ts'
import { openLog } from './log-file.ts'

const consumer = { component: 'cli', grants: [] }

/**
 * Runs the first component of an assembly that provides a contract, with those that it requires, in a host of its own,
 * in this process and without the others, for as long as the work takes. What runs elsewhere goes on untouched.
 *
 * @throws CliError `USAGE` where no component provides it, and what a component fails to start with
 */
export async function alone<C extends Contract, T>(folder: string, contract: C, work: (client: Client<C>, call: (timeout: number, permissions?: readonly string[]) => Call) => Promise<T>): Promise<T> {
  const assembly = await readAssembly(folder, { env: process.env })
  // Paths in the assembly file are meant from its folder, whoever works with it from wherever.
  process.chdir(assembly.folder)
  const bus = new Bus(assembly.name, 'alone')
  const host = new Host({ bus, log: openLog(join(assembly.folder, '.caruso', 'caruso.log'), (line) => process.stderr.write(`${line}\n`)) })
  try {
    const needed = new Map<string, Instance>()
    await gather(host, assembly, contract, needed)
    for (const instance of needed.values()) {
      await instance.start()
      await host.switchTo(instance)
    }
    return await work(bus.client(contract, consumer), (timeout, permissions = []) => bus.call({ ...consumer, identity: userInfo().username, permissions, timeout }))
  } finally {
    await host.close()
    await bus.close()
  }
}

/** Loads the component that provides a contract after those that it requires; they are few, and start one by one. */
async function gather(host: Host, assembly: Assembly, contract: Contract, needed: Map<string, Instance>): Promise<void> {
  if ([...needed.values()].some(({ description }) => offers(description, contract))) return
  const instance = await provider(host, assembly, contract)
  for (const { kind, contract: required } of instance.description.requires) {
    if (kind === 'required' && required !== undefined) await gather(host, assembly, required, needed)
  }
  needed.set(instance.spec.component, instance)
}

async function provider(host: Host, assembly: Assembly, contract: Contract): Promise<Instance> {
  for (const [component, { config, permissions }] of Object.entries(assembly.components)) {
    const { name, version, entry } = await versionInUse(assembly, component)
    const instance = await host.load({ component, plugin: name, version, entry, isolation: 'inline', config, grants: permissions })
    if (offers(instance.description, contract)) return instance
    await instance.dispose()
  }
  throw new CliError('USAGE', `Looked for a component of assembly "${assembly.name}" that provides "${contract.name}": there is none`)
}

function offers({ provides }: Description, { name }: Contract): boolean {
  return provides.some((provided) => provided.name === name)
}
