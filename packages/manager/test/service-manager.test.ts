import { Bus } from '@caruso/bus'
import { isolations } from '@caruso/isolation'
import type { Log } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readAssembly } from '../src/assembly.ts'
import { ServiceManager } from '../src/service-manager.ts'
import { deskFolder, type DeskFolder } from './desk-folder.ts'
import { deskHost } from './desk-host.ts'

const silent = (): void => undefined
const log: Log = { debug: silent, info: silent, warn: silent, error: silent }

async function readAll(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items);
}

async function openFolder(): Promise<DeskFolder> {
  const desks = await deskFolder()
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  return desks
}

async function allow({ folder }: DeskFolder, range: string): Promise<void> {
  const file = join(folder, 'assembly.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replace(/version: '.*'/, `version: '${range}'`))
}

/** Starts the assembly, swaps the desk as wanted, and stops it; resolves to the version that it began with. */
async function runOnce({ folder }: DeskFolder, swaps: readonly string[] = []): Promise<string | undefined> {
  const assembly = await readAssembly(folder, { env: {} })
  const bus = new Bus(assembly.name, 'host')
  const host = new Host({ bus, log, isolations: isolations() })
  const manager = await ServiceManager.open(assembly, host)
  try {
    await manager.start([])
    const version = host.active('desk')?.spec.version
    for (const to of swaps) {
      const call = bus.call({ component: 'tests', grants: [], identity: 'ada', permissions: [], timeout: 20_000 })
      await readAll(manager.swap('desk', to, '', call)).catch((error: unknown) => expect(error).toMatchObject({ code: 'SWAP_FAILED' }))
    }
    return version
  } finally {
    await host.close()
    await manager.close()
    await bus.close()
  }
}

const remove = async ({ folder }: DeskFolder, version: string): Promise<void> => await rm(join(folder, '.caruso/plugins/desk', version), { recursive: true })

test('a start takes the version that ran last and is still there, else the highest that no swap discarded', async () => {
  const desks = await openFolder()
  await desks.add('1.1.0', '')
  await desks.add('1.2.0', '')
  await allow(desks, '1.0.0')
  expect(await runOnce(desks)).toBe('1.0.0')
  await allow(desks, '^1.0.0')
  await desks.add('1.3.0', 'active')
  expect(await runOnce(desks, ['1.1.0', '1.3.0'])).toBe('1.0.0')
  expect(await runOnce(desks)).toBe('1.1.0')
  await remove(desks, '1.1.0')
  expect(await runOnce(desks)).toBe('1.0.0')
  await remove(desks, '1.0.0')
  expect(await runOnce(desks)).toBe('1.2.0')
  await remove(desks, '1.2.0')
  await expect(runOnce(desks)).rejects.toThrow('1.3.0 breaks at active')
})

test('a start outside of the range goes to what ran before within it', async () => {
  const desks = await openFolder()
  for (const version of ['1.1.0', '1.2.0', '2.0.0']) await desks.add(version, '')
  await allow(desks, '1.1.0')
  await runOnce(desks)
  await allow(desks, '*')
  await runOnce(desks, ['2.0.0'])
  await allow(desks, '^1.0.0')
  expect(await runOnce(desks)).toBe('1.1.0')
})

test('a swap outside of the range of assembly.yaml is refused, as the file says at that moment', async () => {
  const { desks, host, manager, call } = await deskHost()
  await desks.add('2.0.0', '')
  await allow(desks, '^1.0.0')
  const detail = '2.0.0 is not in ^1.0.0 of assembly.yaml: the next start would go back, so change the range first'
  expect(await manager.plan('desk', '2.0.0')).toMatchObject({ accepted: false, checks: expect.arrayContaining([{ check: 'range', ok: false, detail }]) })
  await expect(readAll(manager.swap('desk', '2.0.0', '', call()))).rejects.toMatchObject({ code: 'SWAP_REFUSED', message: expect.stringContaining(`range: ${detail}`) })
  await allow(desks, '>=1.0.0')
  await readAll(manager.swap('desk', '2.0.0', '', call()))
  expect(host.active('desk')?.spec.version).toBe('2.0.0')
})

test('a component that crashes is listed while it waits, and with the reason when it was given up', { timeout: 60_000 }, async () => {
  const { desks, host, manager, call } = await deskHost({ isolation: 'process' })
  const seen = new Set<string>()
  while (!host.givenUp().has('desk')) {
    const [{ state, instance, health } = { state: '', instance: '', health: { ok: true } }] = manager.list().components
    seen.add(`${state} ${health.ok} ${instance === '' ? 'none' : 'one'}`)
    if (state === 'active') process.kill(Number(await readFile(join(desks.folder, '.caruso/data/desk/pid 1.0.0'), 'utf8')), 'SIGKILL')
    await vi.waitFor(() => expect([host.active('desk')?.id, host.givenUp().has('desk')]).not.toEqual([instance === '' ? undefined : instance, false]), { timeout: 15_000, interval: 5 })
  }
  expect([...seen]).toEqual(['active true one', 'starting false none'])
  const status = { component: 'desk', plugin: 'desk', version: '1.0.0', instance: '', isolation: 'process', state: 'given up', health: { ok: false, detail: expect.stringMatching(/^it was given up after too many crashes, last by .*SIGKILL/) } }
  expect(manager.list().components).toEqual([expect.objectContaining(status)])
  expect(await manager.info('desk')).toMatchObject({ status, versions: ['1.0.0'] })
  await expect(readAll(manager.swap('desk', undefined, '', call()))).rejects.toMatchObject({ message: expect.stringMatching(/^Asked for component "desk": it was given up after too many crashes, last by /) })
})
