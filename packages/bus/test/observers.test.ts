import { CarusoError, narrow } from '@caruso/contract'
import { describe, expect, test, vi } from 'vitest'
import { type ObservedCall, Provider } from '@caruso/bus'
import { call, Cluster, collect, consumer, failureOf } from './cluster.ts'
import { Echo, echo, Numbers, Ticks, ticks } from './contracts.ts'
import { instanceOf, pause, serve } from './instance.ts'

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe.each([true, false])('the observer of a provider whose checks are %s', (checks) => {
  test('is told of each call that was answered, however it was, with its time', async () => {
    const cluster = new Cluster()
    const bus = await cluster.bus()
    const { info } = instanceOf(bus, Echo, echo((said) => said))
    const implementation = echo(async ({ text }) => {
      if (text === 'slow') await wait(30)
      if (text === 'bad') throw new CarusoError('BAD', 'went wrong')
      return { text }
    })
    const provider = new Provider(info.id, info.component, [{ contract: Echo, implementation }], checks)
    bus.exchange([{ info, provider }], [])
    const told: ObservedCall[] = []
    const client = bus.client(Echo, consumer)
    await client.say({ text: 'before' }, call(bus))
    provider.observer = (observed) => void told.push(observed)
    for (let n = 0; n < 200; n++) await client.say({ text: 'fine' }, call(bus))
    await client.say({ text: 'slow' }, narrow(call(bus), { key: 'k' }))
    await failureOf(client.act({ text: 'bad' }, call(bus)))
    expect(await failureOf(client.secret({ text: '' }, call(bus)))).toMatchObject({ code: 'FORBIDDEN' })
    provider.observer = undefined
    await client.say({ text: 'after' }, call(bus))
    expect(told).toHaveLength(203)
    expect(told[0]).toMatchObject({ operation: { name: 'say', contract: Echo }, input: { text: 'fine' }, call: { caller: { component: 'tester', identity: 'ada' } }, failure: undefined, answer: { text: 'fine' } })
    expect(told[200]?.milliseconds).toBeGreaterThan(25)
    expect(told[200]?.milliseconds).toBeLessThan(500)
    expect(told.slice(201).map(({ operation, failure, answer }) => [operation.name, failure, answer])).toMatchObject([['act', { code: 'BAD' }, undefined], ['secret', { code: 'FORBIDDEN' }, undefined]])
    await cluster.close()
  })

  test('is told of a stream when it has ended, with the time to its first item', async () => {
    const cluster = new Cluster()
    const bus = await cluster.bus()
    const { info } = instanceOf(bus, Numbers, { async *count() { yield { n: 0 } } })
    const implementation = {
      async *count({ to }: { readonly to: number }) {
        await wait(20)
        for (let n = 0; n < to; n++) yield { n }
        if (to === 2) throw new CarusoError('BAD', 'went wrong')
      },
    }
    const provider = new Provider(info.id, info.component, [{ contract: Numbers, implementation }], checks)
    bus.exchange([{ info, provider }], [])
    const told: ObservedCall[] = []
    provider.observer = (observed) => void told.push(observed)
    const client = bus.client(Numbers, consumer)
    const items = client.count({ to: 100 }, call(bus))[Symbol.asyncIterator]()
    await items.next()
    await wait(100)
    expect(told).toEqual([])
    await items.return?.()
    await failureOf(collect(client.count({ to: 2 }, call(bus))))
    expect(told.map(({ operation, failure, answer }) => [operation.name, failure, answer])).toMatchObject([['count', undefined, undefined], ['count', { code: 'BAD' }, undefined]])
    for (const { milliseconds } of told) expect(milliseconds < 90 && milliseconds > 15).toBe(true)
    await cluster.close()
  })
})

test('an observer that fails is taken off with a warning and touches no call', async () => {
  const cluster = new Cluster()
  const bus = await cluster.bus()
  const { provider } = serve(bus, Echo, echo((said) => said))
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const observed = vi.fn(() => {
    throw new Error('no more room')
  })
  provider.observer = observed
  for (let n = 0; n < 3; n++) expect(await bus.client(Echo, consumer).say({ text: 'fine' }, call(bus))).toEqual({ text: 'fine' })
  expect([observed.mock.calls.length, provider.observer]).toEqual([1, undefined])
  expect(warned.mock.calls).toEqual([[expect.stringContaining('no more room')]])
  warned.mockRestore()
  await cluster.close()
})

test('what a pause refuses was answered by nobody, and a stream that goes on elsewhere has not failed', async () => {
  const cluster = new Cluster()
  const bus = await cluster.bus()
  const told: ObservedCall[] = []
  const [echoing, ticking] = [serve(bus, Echo, echo((said) => said)), serve(bus, Ticks, ticks())]
  for (const { provider } of [echoing, ticking]) provider.observer = (observed) => void told.push(observed)
  const items = bus.client(Ticks, consumer).follow({ to: 1_000 }, call(bus, { timeout: 100 }))[Symbol.asyncIterator]()
  await items.next()
  for (const served of [echoing, ticking]) pause(bus, served)
  expect(await failureOf(items.next())).toMatchObject({ code: 'NO_PROVIDER' })
  expect(await failureOf(echoing.provider.operation('echo@1.0.0', 'say')!.run({ text: '' }, call(bus) as never))).toMatchObject({ code: 'PAUSED' })
  expect(await failureOf(ticking.provider.operation('ticks@1.0.0', 'follow')!.runStream({ to: 1 }, call(bus) as never).next())).toMatchObject({ code: 'PAUSED' })
  expect(told.map(({ operation, failure }) => [operation.name, failure])).toEqual([['follow', undefined]])
  expect(ticking.provider.operations()[0]).toMatchObject({ calls: 1, errors: 0 })
  await cluster.close()
})
