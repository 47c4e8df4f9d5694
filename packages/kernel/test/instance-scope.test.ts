import { Bus } from '@caruso/bus'
import { definePlugin, type Scope } from '@caruso/kernel'
import { Type } from '@caruso/contract'
import { expect, test } from 'vitest'
import { Customers, Secrets, Workshop } from './fixtures/contracts.ts'
import { keptLog, ManualClock, openHost, plugin, spec } from '../../../test/hosts.ts'
import { BusSurroundings } from '../src/bus-surroundings.ts'
import { InstanceScope } from '../src/instance-scope.ts'
import { ListeningSockets } from '../src/listening-sockets.ts'

function openScope(): { scope: InstanceScope; bus: Bus; clock: ManualClock } {
  const bus = new Bus('test', 'scope')
  const clock = new ManualClock()
  const description = { plugin: 'x', provides: [Workshop], requires: [{ key: 'customers', kind: 'required', contract: Customers }] } as const
  return { scope: new InstanceScope('x', clock, keptLog().log, description, new BusSurroundings(bus, { component: 'x', grants: [] }, new ListeningSockets())), bus, clock }
}

test('whenActive() begins in order and ends in reverse, each time the instance is activated', async () => {
  const { scope } = openScope()
  const steps: string[] = []
  scope.whenActive(async (active) => {
    active.own(undefined, () => void steps.push('a ends'))
    await Promise.resolve()
    steps.push('a begins')
  })
  scope.whenActive(() => {
    steps.push('b begins')
    return () => void steps.push('b ends')
  })
  for (const _ of [1, 2]) {
    await scope.activate()
    expect(await scope.deactivate()).toEqual([])
  }
  expect(steps).toEqual(['a begins', 'b begins', 'b ends', 'a ends', 'a begins', 'b begins', 'b ends', 'a ends'])
})

test('whenActive() undoes what had begun when one of them fails', async () => {
  const { scope, clock } = openScope()
  scope.whenActive((active) => active.every(1_000, () => undefined))
  scope.whenActive(() => {
    throw new Error('no line')
  })
  await expect(scope.activate()).rejects.toThrow('no line')
  expect(clock.waits).toEqual([])
})

test('on() hears only while the instance is active', async () => {
  const { scope, bus } = openScope()
  const heard: string[] = []
  scope.on(Customers, 'changed', ({ id }) => void heard.push(id))
  const tell = async (id: string): Promise<void> => {
    bus.emit('customers', Customers, 'changed', { id }, scope.call())
    await Promise.resolve()
  }
  await tell('before')
  await scope.activate()
  await tell('while')
  await scope.deactivate()
  await tell('after')
  expect(heard).toEqual(['while'])
})

test('on() and emit() refuse contracts that were not declared', () => {
  const { scope } = openScope()
  expect(() => scope.on(Secrets, 'told', () => undefined)).toThrow('Listened to event "secrets.told" from component "x": it does not require that contract')
  expect(() => scope.emit(Customers, 'changed', { id: '1' }, scope.call())).toThrow('Emitted event "customers.changed" from component "x": it does not provide that contract')
})

test('emit() refuses a payload that breaks the contract', () => {
  const { scope } = openScope()
  const broken: { text: string } = JSON.parse('{"text":7}')
  expect(() => scope.emit(Workshop, 'told', broken, scope.call())).toThrow('Emitted event "workshop.told" from component "x": text must be string')
})

test('call() is made on behalf of whom it says, in its own name, without permissions', () => {
  const { scope } = openScope()
  const call = scope.call({ as: 'nightly import', timeout: 1_000 })
  expect(call.caller).toEqual({ component: 'x', identity: 'nightly import', permissions: [], grants: [] })
  expect(call.deadline - Date.now()).toBeLessThanOrEqual(1_000)
})

test('health is the worst that any check says; a check that throws is ill', async () => {
  const { host } = openHost()
  let worst: 'well' | 'ill' | 'throws' = 'well'
  const check = (): { ok: boolean; detail?: string } => {
    if (worst === 'throws') throw new Error('no answer')
    return worst === 'well' ? { ok: true } : { ok: false, detail: 'slow' }
  }
  const instance = await host.load(spec('x', definePlugin({ name: 'x', config: Type.Object({}), start: ({ scope }) => (scope.health(() => ({ ok: true })), scope.health(check), {}) })))
  await instance.start()
  expect(await instance.health()).toEqual({ ok: true })
  worst = 'ill'
  expect(await instance.health()).toEqual({ ok: false, detail: 'slow' })
  worst = 'throws'
  expect(await instance.health()).toEqual({ ok: false, detail: 'no answer' })
  await instance.dispose()
})

test('the self-test may call what the component requires', async () => {
  const { host } = openHost()
  const proven: string[] = []
  const tested = definePlugin({
    name: 'tested',
    config: Type.Object({}),
    requires: { customers: Customers },
    start: ({ customers, scope }) => (scope.selfTest(async (call) => void proven.push((await customers.get({ id: '1' }, call)).name)), {}),
  })
  const customers = plugin('customers', () => ({ customers: { get: ({ id }: { id: string }) => ({ name: `customer ${id}` }) } }), { provides: { customers: Customers } })
  await host.startAll([spec('tested', tested), spec('customers', customers)])
  expect(proven).toEqual(['customer 1'])
})

test('a scope that has ended takes nothing more, and a start that fails disposes what it had acquired', async () => {
  const { host } = openHost()
  const disposed: string[] = []
  let kept: Scope | undefined
  const failing = definePlugin({
    name: 'failing',
    config: Type.Object({}),
    start({ scope }) {
      kept = scope
      scope.own('pool', (name) => void disposed.push(name))
      throw new Error('no database')
    },
  })
  const instance = await host.load(spec('failing', failing))
  await expect(instance.start()).rejects.toMatchObject({ code: 'START_FAILED' })
  expect(() => kept?.own('late', (name) => void disposed.push(name))).toThrow('the scope has ended')
  await Promise.resolve()
  expect(disposed).toEqual(['pool', 'late'])
})
