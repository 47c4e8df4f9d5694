import { Bus } from '@caruso/bus'
import { type Contract, contract, Type } from '@caruso/contract'
import { definePlugin, optional, type Instance, type LoadedPlugin } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkReplacement } from '../src/swap-plan.ts'

const silent = (): void => undefined
const log = { debug: silent, info: silent, warn: silent, error: silent }
const Empty = Type.Object({})

let host: Host
let loaded: Instance[]

beforeEach(() => {
  host = new Host({ bus: new Bus('plan', 'host'), log })
  loaded = []
})

afterEach(async () => {
  for (const instance of loaded) await instance.dispose()
  await host.close()
  await host.bus.close()
})

const desk = (version: string, operations: Contract['operations'], events: Contract['events'] = {}): Contract => contract({ name: 'desk', version, operations, events })
const Peek = { input: Empty, output: Type.Object({ id: Type.String() }) }

async function load(component: string, plugin: object): Promise<Instance> {
  const instance = await host.load({ component, plugin: component, version: '1.0.0', entry: plugin as LoadedPlugin, isolation: 'inline', config: {}, grants: [] })
  loaded.push(instance)
  return instance
}

const provider = async (...contracts: Contract[]): Promise<Instance> => await load('desk', definePlugin({ name: 'desk', config: Empty, provides: Object.fromEntries(contracts.map((one, index) => [`c${index}`, one])), start: () => ({}) }))
const caller = async (required: Contract, isOptional = false): Promise<Instance> => await load('asker', definePlugin({ name: 'asker', config: Empty, requires: { desk: isOptional ? optional(required) : required }, start: () => ({}) }))

function check(next: Instance, previous: Instance, callers: readonly Instance[] = [], back = false): string[] {
  const running = [previous, ...callers].map(({ id, spec: { component }, description: { requires } }) => ({ id, component, requires }))
  return checkReplacement(next, previous, back, running, host.bus.registry).filter(({ check: name }) => name !== 'plugin').map(({ check: name, ok, detail }) => `${ok ? 'ok' : 'no'} ${name}: ${detail}`)
}

test('a live caller is checked by the contract it was built with, not by the one that runs', async () => {
  const running = await provider(desk('1.1.0', { peek: Peek, more: Peek }))
  const next = await provider(desk('1.2.0', { peek: Peek }))
  expect(check(next, running, [await caller(desk('1.0.0', { peek: Peek }))])).toEqual(['ok caller asker: desk 1.2.0 can stand in for 1.0.0'])
  expect(check(next, running, [await caller(desk('1.1.0', { peek: Peek, more: Peek }))])).toEqual([expect.stringMatching(/^no caller asker: operations\.more: /)])
})

test('a caller that wants more than the new version is refused, an optional one may go without', async () => {
  const running = await provider(desk('1.1.0', { peek: Peek }))
  const next = await provider(desk('1.0.0', { peek: Peek }))
  const found = 'caller asker: it requires desk ^1.1.0; the new version provides 1.0.0'
  expect(check(next, running, [await caller(desk('1.1.0', { peek: Peek }))])).toEqual([`no ${found}`])
  expect(check(next, running, [await caller(desk('1.1.0', { peek: Peek }), true)])).toEqual([`ok ${found}`])
})

test('an optional caller must not be broken either', async () => {
  const next = await provider(desk('1.1.0', { peek: { input: Empty, output: Empty } }))
  expect(check(next, await provider(desk('1.0.0', { peek: Peek })), [await caller(desk('1.0.0', { peek: Peek }), true)])).toEqual([expect.stringMatching(/^no caller asker: operations\.peek\.output/)])
})

test('who asks for another contract or another major is not asked', async () => {
  const running = await provider(desk('1.0.0', { peek: Peek }))
  const next = await provider(desk('1.1.0', {}))
  expect(check(next, running, [await caller(desk('2.0.0', { peek: Peek })), await caller(contract({ name: 'other', version: '1.0.0', operations: { peek: Peek } }))])).toEqual([])
})

test('a version may offer two majors, so that callers of both go on', async () => {
  const running = await provider(desk('1.0.0', { peek: Peek }))
  const next = await provider(desk('2.0.0', {}), desk('1.0.0', { peek: Peek }))
  expect(check(next, running, [await caller(desk('1.0.0', { peek: Peek }))])).toEqual(['ok caller asker: desk 1.0.0 can stand in for 1.0.0'])
})

test('what is public must hold for callers nobody knows; the rest may go', async () => {
  const running = await provider(desk('1.0.0', { peek: { ...Peek, public: true }, inner: Peek }, { told: { payload: Empty, public: true } }))
  expect(check(await provider(desk('1.1.0', { peek: { ...Peek, public: true } }, { told: { payload: Empty, public: true } })), running)).toEqual(['ok public desk 1.0.0: desk 1.1.0 can stand in for 1.0.0'])
  expect(check(await provider(desk('1.1.0', { inner: Peek })), running)).toEqual([expect.stringMatching(/^no public desk 1\.0\.0: operations\.peek: .*; events\.told: /)])
  expect(check(await provider(desk('1.1.0', { peek: Peek }, { told: { payload: Empty } })), running)[0]).toMatch(/^no public desk 1\.0\.0: operations\.peek/)
  expect(check(await provider(desk('2.0.0', { peek: { ...Peek, public: true } })), running)).toEqual(['no public desk 1.0.0: it is offered to the outside; the new version provides 2.0.0'])
})

test('going back may take away what only the newer version offered to the outside, never what a component needs', async () => {
  const running = await provider(desk('1.1.0', { peek: { ...Peek, public: true } }))
  const before = await provider(desk('1.0.0', { peek: { ...Peek, public: true } }))
  expect(check(before, running)).toEqual([expect.stringMatching(/^no public/)])
  expect(check(before, running, [], true)).toEqual(['ok public desk 1.1.0: it is offered to the outside; the new version provides 1.0.0'])
  expect(check(before, running, [await caller(desk('1.1.0', { peek: Peek }))], true)[0]).toMatch(/^no caller asker/)
})

test('what the new version requires must be provided, unless it may be missing', async () => {
  const Erp = contract({ name: 'erp', version: '1.0.0', operations: { peek: Peek } })
  const running = await provider(desk('1.0.0', {}))
  const needs = async (required: Contract, isOptional: boolean): Promise<Instance> => await load('desk', definePlugin({ name: 'desk', config: Empty, requires: { erp: isOptional ? optional(required) : required }, start: () => ({}) }))
  expect(check(await needs(Erp, false), running)).toEqual(['no requires erp: nobody provides erp ^1.0.0'])
  expect(check(await needs(Erp, true), running)).toEqual(['ok requires erp: nobody provides erp ^1.0.0'])
  const plugin = definePlugin({ name: 'erp', config: Empty, provides: { erp: Erp }, start: () => ({ erp: { peek: () => ({ id: '' }) } }) })
  await host.startAll([{ component: 'legacy', plugin: 'erp', version: '1.0.0', entry: plugin, isolation: 'inline', config: {}, grants: [] }])
  expect(check(await needs(Erp, false), running)).toEqual(['ok requires erp: erp ^1.0.0 is provided by legacy'])
})
