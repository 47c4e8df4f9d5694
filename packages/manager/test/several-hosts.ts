import type { NatsAddress } from '@caruso/bus'
import { Bus, clientOf } from '@caruso/bus'
import type { Call, Client } from '@caruso/contract'
import type { Log } from '@caruso/kernel'
import { startNatsServer } from '@caruso/nats-server'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { readAssembly } from '../src/assembly.ts'
import { Manager } from '../src/contract.ts'
import { managerOf } from '../src/host-name.ts'
import { runAssembly, type RunningAssembly } from '../src/running-assembly.ts'
import { deskFolder, type DeskFolder } from './desk-folder.ts'

const silent = (): void => undefined
const log: Log = { debug: silent, info: silent, warn: silent, error: silent }
const consumer = { component: 'tests', grants: [] }

/** An assembly whose desk runs at the host "b", and who asks it at the main one; no host is started yet. */
export interface SeveralHosts {
  readonly desks: DeskFolder
  readonly bus: Bus
  readonly nats: NatsAddress
  run(name: string): Promise<RunningAssembly>
  call(): Call
  /** The manager of one host, and of no other. */
  managerAt(host: string): Promise<Client<typeof Manager>>
  /** Changes the assembly file. */
  edit(from: string, to: string): Promise<void>
}

export async function severalHosts(isolation: 'inline' | 'worker' | 'process' = 'inline'): Promise<SeveralHosts> {
  const nats = await startNatsServer({})
  onTestFinished(async () => await nats.close())
  const desks = await deskFolder({ asker: true, isolation })
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  const file = join(desks.folder, 'assembly.yaml')
  const edit = async (from: string, to: string): Promise<void> => await writeFile(file, (await readFile(file, 'utf8')).replace(from, to))
  await edit(`isolation: ${isolation}`, `isolation: ${isolation}\n    host: b`)
  const bus = new Bus('desks', 'tests')
  await bus.connect(nats)
  onTestFinished(async () => await bus.close())
  const run = async (name: string): Promise<RunningAssembly> => {
    const running = await runAssembly(await readAssembly(desks.folder, { env: {} }), { nats, log, name })
    onTestFinished(async () => void (await running.close()))
    return running
  }
  const managerAt = async (host: string): Promise<Client<typeof Manager>> => {
    const outlet = bus.outlet(Manager, consumer, managerOf(host))
    await vi.waitFor(() => expect(outlet.available).toBe(true))
    return clientOf(Manager, outlet)
  }
  return { desks, bus, nats, run, managerAt, edit, call: () => bus.call({ ...consumer, identity: 'ada', permissions: ['manage'], timeout: 20_000 }) }
}

/** The names of the steps of a swap. */
export async function stepsOf(steps: AsyncIterable<{ readonly step: string }>): Promise<string[]> {
  const told: string[] = []
  for await (const { step } of steps) told.push(step)
  return told
}
