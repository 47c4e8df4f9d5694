import { clientOf } from '@caruso/bus'
import { Manager } from '@caruso/manager/contract'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { CarusoProcess } from './caruso-up.ts'
import { CuttableProxy } from './cuttable-proxy.ts'
import { DeskFolder } from './desk-folder.ts'
import { expectOnlyLost, Flow } from './flow.ts'
import { NatsProcess } from './nats-process.ts'
import { Operator } from './operator.ts'
import { until } from './until.ts'

const natsServer = inject('natsServer')
/** Milliseconds after which a host that died is known to be gone: its lease, and what a busy machine takes. */
const leaseOver = 5_000

interface Hosts {
  readonly desks: DeskFolder
  readonly operator: Operator
  /** The way from the host "b" to the NATS server. */
  readonly proxy: CuttableProxy
  start(name: 'main' | 'b'): Promise<CarusoProcess>
}

/** A desk that runs at the host "b", and where wanted another one, "porter", at the main host; neither is started. */
async function hosts(porter = true): Promise<Hosts> {
  const nats = new NatsProcess(natsServer ?? '')
  onTestFinished(async () => await nats[Symbol.asyncDispose]())
  await nats.start()
  const proxy = await CuttableProxy.open(nats.url)
  onTestFinished(async () => await proxy[Symbol.asyncDispose]())
  const desks = await DeskFolder.create('inline', nats.url)
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  await desks.add('1.0.0', 'plain')
  await desks.declare([desks.component('desk', '*', 'inline').replace('{ ', '{ host: b, '), ...(porter ? [desks.component('porter', '1.0.0', 'process')] : [])], nats.url)
  const operator = await Operator.connect({ url: nats.url })
  onTestFinished(async () => await operator[Symbol.asyncDispose]())
  const start = async (name: 'main' | 'b'): Promise<CarusoProcess> => {
    const host = name === 'main' ? await CarusoProcess.up(desks.path) : await CarusoProcess.host(desks.path, name, proxy.url)
    onTestFinished(async () => await host[Symbol.asyncDispose]())
    return host
  }
  return { desks, operator, proxy, start }
}

/** What the managers list, each as component, version, state. */
async function listed({ operator }: Hosts, manager = operator.manager): Promise<string[]> {
  const { components } = await manager.list({}, operator.call())
  return components.filter(({ component }) => !component.startsWith('manager')).map(({ component, host, version, state }) => `${component} ${host} ${version} ${state}`).toSorted()
}

/** Waits until the managers list this: a host is ready a moment before the others have heard so. */
async function expectListed(all: Hosts, expected: readonly string[]): Promise<void> {
  await vi.waitFor(async () => expect(await listed(all)).toEqual(expected), { timeout: 15_000, interval: 50 })
}

function managerAt({ bus }: Operator, component: string): Operator['manager'] {
  return clientOf(Manager, bus.outlet(Manager, { component: 'operator', grants: [] }, component))
}

/** Which components a caller would find. */
const found = ({ operator }: Hosts): string[] => operator.bus.registry.list().map(({ info }) => info.component).toSorted()

test.skipIf(natsServer === undefined)('SIGKILL of a host: its components are gone within their lease, others go on, and it comes back with its journal', { timeout: 90_000 }, async () => {
  const all = await hosts()
  const { desks, operator, start } = all
  await start('main')
  const b = await start('b')
  await desks.add('1.1.0', '')
  expect(await operator.swap('1.1.0')).toBe('done')
  expect(await listed(all)).toEqual(['desk b 1.1.0 active', 'porter main 1.0.0 active'])
  await b.kill()
  await vi.waitFor(() => expect(found(all)).toEqual(['manager', 'porter']), { timeout: leaseOver, interval: 20 })
  expect(await listed(all)).toEqual(['desk b * away', 'porter main 1.0.0 active'])
  expect(await operator.version()).toBe('1.0.0')
  await start('b')
  await expectListed(all, ['desk b 1.1.0 active', 'porter main 1.0.0 active'])
  expect(await operator.history()).toEqual(['swap 1.0.0 1.1.0 done'])
})

test.skipIf(natsServer === undefined)('SIGKILL of the main host: another host goes on alone, answers about all and swaps what it runs', { timeout: 90_000 }, async () => {
  const all = await hosts()
  const { desks, operator, start } = all
  await start('b')
  const main = await start('main')
  await main.kill()
  await vi.waitFor(() => expect(found(all)).toEqual(['desk', 'manager-b']), { timeout: leaseOver, interval: 20 })
  const flow = new Flow(operator, 'flow')
  await until(() => flow.taken > 5)
  await desks.add('1.1.0', '')
  // The host may still believe what its own copy of the registry says of the other.
  await vi.waitFor(async () => expect(await operator.swap('1.1.0')).toBe('done'), { timeout: leaseOver, interval: 200 })
  expect(await listed(all)).toEqual(['desk b 1.1.0 active', 'porter main 1.0.0 away'])
  await expectOnlyLost(flow, desks, 0)
})

test.skipIf(natsServer === undefined)('SIGKILL of a host that swaps at the word of another, after the point of no return: the new version runs when it is back, and the other one tells so', { timeout: 90_000 }, async () => {
  const all = await hosts()
  const { desks, operator, start } = all
  await start('main')
  const b = await start('b')
  await desks.add('1.1.0', '')
  desks.hold('1.0.0', 'dispose')
  const swapping = operator.swap('1.1.0')
  await until(() => desks.reached('1.0.0', 'dispose') === 1)
  await b.kill()
  desks.release('1.0.0', 'dispose')
  expect(await swapping).toMatch(/^(PROVIDER_LOST|MOVED)$/)
  await start('b')
  await expectListed(all, ['desk b 1.1.0 active', 'porter main 1.0.0 active'])
  expect(await operator.history()).toEqual(['swap 1.0.0 1.1.0 interrupted interrupted after the point of no return: 1.1.0 runs'])
})

test.skipIf(natsServer === undefined).each(['connections live', 'connections died'] as const)('a network that is cut and healed: everybody knows everybody again where %s', { timeout: 90_000 }, async (how) => {
  const all = await hosts()
  const { desks, operator, proxy, start } = all
  await start('main')
  await start('b')
  await desks.add('1.1.0', '')
  // What runs there changes while nobody hears of it: the swap is under way when the network is cut.
  desks.hold('1.1.0', 'start')
  const swapping = operator.swap('1.1.0')
  await until(() => desks.reached('1.1.0', 'start') === 1)
  proxy.cut()
  await vi.waitFor(() => expect(found(all)).toEqual(['manager', 'porter']), { timeout: leaseOver, interval: 20 })
  expect(await listed(all)).toEqual(['desk b * away', 'porter main 1.0.0 active'])
  desks.release('1.1.0', 'start')
  await until(() => desks.journalled('switch', 'b') === 1)
  proxy.heal(how)
  await expectListed(all, ['desk b 1.1.0 active', 'porter main 1.0.0 active'])
  await swapping
  expect(await listed(all, managerAt(operator, 'manager-b'))).toEqual(await listed(all, managerAt(operator, 'manager')))
  expect(found(all)).toEqual(['desk', 'manager', 'manager-b', 'porter'])
})

/** Has the manager of the host "b" move the desk to the main one, and tells how that ended. */
async function move({ operator }: Hosts): Promise<string> {
  let last = ''
  try {
    for await (const { step } of managerAt(operator, 'manager-b').swap({ component: 'desk', to: 'main' }, operator.call())) last = step
    return last
  } catch (error) {
    return (error as { code: string }).code
  }
}

test.skipIf(natsServer === undefined)('a component moves to another host while calls flow: none fails, none is done twice', { timeout: 90_000 }, async () => {
  const all = await hosts(false)
  const { desks, operator, start } = all
  await start('main')
  await start('b')
  const flow = new Flow(operator, 'flow')
  await until(() => flow.taken > 5)
  expect(await move(all)).toBe('done')
  expect(await listed(all)).toEqual(['desk main 1.0.0 active'])
  const moved = flow.taken
  await until(() => flow.taken > moved + 5)
  await expectOnlyLost(flow, desks, 0)
})

const kills = [
  ['start', 'b', 'b'],
  ['start', 'main', 'b'],
  ['active', 'b', 'b'],
  ['active', 'main', 'b'],
  ['dispose', 'b', 'main'],
  ['dispose', 'main', 'main'],
] as const

test.skipIf(natsServer === undefined).each(kills)('SIGKILL in the middle of a move, when a desk is at the step %s, of the host "%s": it serves at "%s", and nowhere else', { timeout: 90_000 }, async (step, killed, place) => {
  const all = await hosts(false)
  const { desks, operator, start } = all
  const running = { main: await start('main'), b: await start('b') }
  const flow = new Flow(operator, 'flow')
  const before = desks.reached('1.0.0', step)
  desks.hold('1.0.0', step)
  const moving = move(all)
  await until(() => desks.reached('1.0.0', step) > before)
  await running[killed].kill()
  desks.release('1.0.0', step)
  await start(killed)
  await moving
  await expectListed(all, [`desk ${place} 1.0.0 active`])
  expect(await operator.ask('peek')).toEqual({ version: '1.0.0', active: true })
  await expectOnlyLost(flow, desks, 1)
  // The host is back before the lease of who was killed is over.
  await vi.waitFor(() => expect(found(all)).toEqual(['desk', 'manager', 'manager-b']), { timeout: leaseOver, interval: 20 })
})
