import type { Instance } from '@caruso/kernel'
import { describe, expect, test } from 'vitest'
import { Tidy } from './fixtures/tidy.ts'
import { consumer, spec, type TestHost } from '../../../test/hosts.ts'
import { fixture, openHost } from './workshop.ts'

const timeout = 90_000

async function start(host: TestHost['host'], name: string, isolation: string, config: unknown = {}): Promise<Instance> {
  const instance = await host.load(spec(name, fixture(name), { isolation, config }))
  await instance.start()
  await instance.activate()
  return instance
}

describe.each(['process', 'worker'])('the unload of a component isolated as %s', { timeout }, (isolation) => {
  test.each([
    [['timer', 'server', 'timer'], '1 listening socket, 2 timers'],
    [['connection'], '2 sockets'],
    [['listener'], '1 listener to "SIGUSR2" of the process'],
  ])('names what is left: %j', async (leaves, words) => {
    const { host } = openHost()
    const instance = await start(host, 'leaky', isolation, { leaves })
    expect(await instance.dispose()).toEqual([expect.stringMatching(new RegExp(`^left behind: ${words} \\(heap \\d+(\\.\\d)? MB\\)$`))])
    expect(instance.state).toBe('gone')
  })

  test('names what its module left', async () => {
    const { host } = openHost()
    const instance = await start(host, 'restless', isolation)
    expect(await instance.dispose()).toEqual([expect.stringMatching(/^left behind: 1 timer \(/)])
  })

  test('tells the memory that it had, and no more where nothing is left', async () => {
    const { host, bus, call, lines } = openHost()
    for (let round = 0; round < 5; round++) {
      const previous = host.active('tidy')
      const next = await host.load(spec('tidy', fixture('tidy'), { isolation }))
      await next.start()
      await host.switchTo(next, previous === undefined ? {} : { previous })
      const working = [1, 2, 3].map(async () => await bus.client(Tidy, consumer).work({}, call()))
      if (previous !== undefined) {
        const health = previous.health()
        expect(await host.retire(previous, 20_000)).toEqual([])
        // It was asked before and may be answered after it was disposed; its answer does not wait for a timer.
        expect(await health).toMatchObject({ ok: expect.any(Boolean) })
      }
      expect(await Promise.all(working)).toEqual(['served', 'served', 'served'])
    }
    expect(await host.close()).toEqual([])
    const told = { heapMB: expect.any(Number), ...(isolation === 'process' && { residentMB: expect.any(Number) }) }
    const unloaded = lines.filter(({ message }) => message === `Unloaded component "tidy" 1.0.0 from its ${isolation === 'process' ? 'process' : 'thread'}`)
    expect(unloaded).toEqual(Array.from({ length: 5 }, () => ({ level: 'info', fields: { component: 'tidy', version: '1.0.0', ...told }, message: expect.any(String) })))
  })
})
