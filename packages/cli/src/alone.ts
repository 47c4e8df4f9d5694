import { Bus } from '@caruso/bus'
import type { Call, Client, Contract } from '@caruso/contract'
import type { Instance } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { readAssembly, versionInUse, type Assembly } from '@caruso/manager'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { CliError } from './errors.ts'
import { openLog } from './log-file.ts'

const consumer = { component: 'cli', grants: [] }

/**
 * Runs the first component of an assembly that provides a contract in a host of its own, in this process and without
 * the others, for as long as the work takes. What runs elsewhere goes on untouched.
 *
 * @throws CliError `USAGE` where no component provides it, and what the component fails to start with
 */
export async function alone<C extends Contract, T>(folder: string, contract: C, work: (client: Client<C>, call: (timeout: number, permissions?: readonly string[]) => Call) => Promise<T>): Promise<T> {
  const assembly = await readAssembly(folder, { env: process.env })
  // Paths in the assembly file are meant from its folder, whoever works with it from wherever.
  process.chdir(assembly.folder)
  const bus = new Bus(assembly.name, 'alone')
  const host = new Host({ bus, log: openLog(join(assembly.folder, '.caruso', 'caruso.log'), (line) => process.stderr.write(`${line}\n`)) })
  try {
    const instance = await provider(host, assembly, contract)
    await instance.start()
    await host.switchTo(instance)
    return await work(bus.client(contract, consumer), (timeout, permissions = []) => bus.call({ ...consumer, identity: userInfo().username, permissions, timeout }))
  } finally {
    await host.close()
    await bus.close()
  }
}

async function provider(host: Host, assembly: Assembly, contract: Contract): Promise<Instance> {
  for (const [component, { config, permissions }] of Object.entries(assembly.components)) {
    const { name, version, entry } = await versionInUse(assembly, component)
    const instance = await host.load({ component, plugin: name, version, entry, isolation: 'inline', config, grants: permissions })
    if (instance.description.provides.some((provided) => provided.name === contract.name)) return instance
    await instance.dispose()
  }
  throw new CliError('USAGE', `Looked for a component of assembly "${assembly.name}" that provides "${contract.name}": there is none`)
}
