import { codeOf, type Call, type Client } from '@caruso/contract'
import type { Instance } from '@caruso/kernel'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { IsolatedInstance } from '../src/isolated-instance.ts'
import { Workshop } from './fixtures/contracts.ts'
import { consumer, ManualClock, spec } from '../../../test/hosts.ts'
import { customersPlugin, fixture, openHost, openWorkshop } from './workshop.ts'

const timeout = 90_000

function kill(instance: Instance | undefined): void {
  if (instance instanceof IsolatedInstance) instance.kill()
}

describe.each(['process', 'worker'] as const)('a component isolated as %s', { timeout }, (isolation) => {
  const kind = { process: 'process', worker: 'thread' }[isolation]

  test('is warmed up, and nothing of what it provides is called for that', async () => {
    const { host } = await openWorkshop(isolation)
    const instance = host.active('workshop')
    await instance?.warmUp?.()
    expect(instance?.provider.operations().filter(({ calls }) => calls > 0)).toEqual([])
    const warming = instance?.warmUp?.()
    kill(instance)
    await expect(warming).rejects.toMatchObject({ code: 'PROVIDER_LOST' })
  })

  describe('that ends by itself', () => {
    const endings: readonly [how: string, end: (workshop: Client<typeof Workshop>, call: Call) => Promise<unknown>, reasons: { readonly process: RegExp; readonly worker: RegExp }][] = [
      ['exits', async (workshop, call) => await workshop.exit({ code: 7 }, call), { process: /exit code 7/, worker: /exit code 7/ }],
      ['throws what nobody catches', async (workshop, call) => await workshop.crash({ how: 'throw' }, call), { process: /exit code 1/, worker: /nobody catches this/ }],
      ['rejects what nobody handles', async (workshop, call) => await workshop.crash({ how: 'reject' }, call), { process: /exit code 1/, worker: /nobody catches this/ }],
    ]

    test.each(endings)('because it %s, fails what was in flight and is restarted', async (_how, end, reasons) => {
      const { host, workshop, call, lines } = await openWorkshop(isolation)
      const before = host.active('workshop')?.id
      await expect(end(workshop, call({ timeout: 60_000 }))).rejects.toMatchObject({ code: 'PROVIDER_LOST' })
      expect(await workshop.echo({ text: 'again' }, call({ timeout: 60_000 }))).toBe('Hello again')
      await expect.poll(() => host.active('workshop')?.state).toBe('active')
      expect(host.active('workshop')?.id).not.toBe(before)
      expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: expect.stringMatching(reasons[isolation]) }))
    })

    test('repeats idempotent calls at its successor; each of the others fails once', async () => {
      const { host, workshop, call } = await openWorkshop(isolation)
      const calls = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? workshop.waitAgain({ milliseconds: 500 }, call({ timeout: 60_000 })) : workshop.wait({ milliseconds: 500 }, call({ timeout: 60_000 }))))
      const settled = Promise.allSettled(calls)
      await workshop.echo({ text: 'all have arrived' }, call())
      kill(host.active('workshop'))
      for (const [index, result] of (await settled).entries()) {
        if (index % 2 === 0) expect(result).toMatchObject({ status: 'fulfilled' })
        else expect(result.status === 'rejected' ? codeOf(result.reason) : 'answered').toBe('PROVIDER_LOST')
      }
    })

    test('holds no caller up while it goes', async () => {
      const { host, workshop, bus, call } = await openWorkshop(isolation)
      kill(host.active('workshop'))
      const codes = new Set<string | undefined>()
      while (bus.registry.lookup('workshop', '1.0.0').length > 0) {
        codes.add(await workshop.echo({ text: '' }, call({ timeout: 30_000 })).then(() => 'answered', codeOf))
      }
      expect([...codes].filter((code) => code !== 'answered' && code !== 'PROVIDER_LOST')).toEqual([])
    })

    test('is restarted after a wait that doubles, and given up after six crashes within a minute', async () => {
      const clock = new ManualClock()
      const { host, workshop, call, lines } = await openWorkshop(isolation, {}, clock)
      for (const wait of [100, 200, 400, 800, 1_600]) {
        await expect(workshop.exit({ code: 1 }, call())).rejects.toMatchObject({ code: 'PROVIDER_LOST' })
        expect(clock.waits).toEqual([wait])
        clock.advance(wait)
        await expect.poll(() => host.active('workshop')?.state, { timeout }).toBe('active')
      }
      await expect(workshop.exit({ code: 1 }, call())).rejects.toMatchObject({ code: 'PROVIDER_LOST' })
      expect(clock.waits).toEqual([])
      expect([...host.givenUp()]).toEqual([['workshop', 'exit code 1']])
      expect(lines.findLast(({ level }) => level === 'error')).toMatchObject({ message: 'Gave up component "workshop": it crashed 6 times within a minute, last by exit code 1' })
    })

    test('while its successor takes over, fails that at once, and runs again only once that has let go', async () => {
      const clock = new ManualClock()
      const { host, lines } = await openWorkshop(isolation, {}, clock)
      const previous = host.active('workshop')
      const next = await host.load(spec('workshop', fixture('workshop'), { isolation, version: '1.0.1', config: { fails: 'linger' } }))
      await next.start()
      let failure: unknown
      const switching = host.switchTo(next, { ...(previous === undefined ? {} : { previous }) }).catch((error: unknown) => (failure = error))
      await expect.poll(() => lines.some(({ message }) => message === 'lingers'), { timeout }).toBe(true)
      kill(previous)
      await expect.poll(() => clock.waits, { timeout }).toEqual([100])
      clock.advance(100)
      await expect.poll(() => host.active('workshop')?.state, { timeout, interval: 5 }).toBe('active')
      expect(failure).toMatchObject({ code: 'START_FAILED', message: expect.stringMatching(/^Switched component "workshop": the instance that ran crashed \(/) })
      expect(host.active('workshop')?.spec.version).toBe('1.0.0')
      await switching
      await next.dispose()
    })

    test('while it loads, fails the load and nothing else', async () => {
      const { host } = openHost()
      await expect(host.load(spec('dying', fixture('dies-on-load'), { isolation }))).rejects.toMatchObject({ code: 'PROVIDER_LOST', message: expect.stringContaining('exit code 5') })
    })

    test('while it starts, fails the start and nothing else', async () => {
      const { host } = openHost()
      const instance = await host.load(spec('workshop', fixture('workshop'), { isolation, config: { fails: 'exit' } }))
      await expect(instance.start()).rejects.toMatchObject({ code: 'PROVIDER_LOST', message: expect.stringContaining('exit code 3') })
      expect(instance.state).toBe('failed')
      expect(await instance.dispose()).toEqual([])
    })

    test('while it takes over, is restarted', async () => {
      const { host, bus, workshop, call } = await openWorkshop(isolation)
      const previous = host.active('workshop')
      const next = await host.load(spec('workshop', fixture('workshop'), { version: '1.1.0', isolation }))
      await next.start()
      if (previous === undefined) return expect.fail('nothing runs')
      const commit = async (): Promise<void> => {
        kill(next)
        await expect.poll(() => next.state).toBe('failed')
      }
      await host.switchTo(next, { previous, commit })
      await host.retire(previous, 1_000)
      expect(await workshop.echo({ text: 'Ada' }, call({ timeout: 60_000 }))).toBe('Hello Ada')
      expect(bus.registry.lookup('workshop', '1.0.0').map(({ entry }) => entry.info.version)).toEqual(['1.1.0'])
    })

    test('is not restarted where another version has taken its place', async () => {
      const clock = new ManualClock()
      const { host, workshop, call } = await openWorkshop(isolation, {}, clock)
      await expect(workshop.exit({ code: 1 }, call())).rejects.toMatchObject({ code: 'PROVIDER_LOST' })
      const next = await host.load(spec('workshop', fixture('workshop'), { version: '1.1.0' }))
      await next.start()
      await host.switchTo(next)
      clock.advance(100)
      await host.close()
      expect(next.state).toBe('gone')
      expect(host.active('workshop')).toBeUndefined()
    })
  })

  const sicknesses = [
    ['spin', `Ended the ${kind} of component "workshop": it did not answer 3 times`],
    // Who searches for the last free memory may be silent for so long that it is ended for that.
    ['exhaust', { process: /signal SIG(ABRT|KILL)/, worker: /memory limit|exit code 1/ }[isolation]],
  ] as const

  test.each(sicknesses)('that does "%s" disturbs no neighbour, is ended and restarted', async (how, message) => {
    const { host, bus, call, lines } = await openWorkshop(isolation)
    await host.startAll([spec('neighbour', fixture('workshop'), { isolation })])
    const [neighbour, sick] = ['neighbour', 'workshop'].map((component) => bus.outlet(Workshop, consumer, component))
    const before = host.active('workshop')?.id
    const lost = expect(sick?.call(how, {}, call({ timeout: 60_000 }))).rejects.toMatchObject({ code: 'PROVIDER_LOST' })
    while (host.active('workshop')?.id === before) expect(await neighbour?.call('echo', { text: 'Ada' }, call({ timeout: 5_000 }))).toBe('Hello Ada')
    await lost
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: expect.stringMatching(message) }))
    expect(await sick?.call('echo', { text: 'again' }, call({ timeout: 60_000 }))).toBe('Hello again')
    expect(host.givenUp().size).toBe(0)
  })

  test('sees nothing of the environment but what a program needs', async () => {
    process.env['CARUSO_SECRET_TEST'] = 'secret'
    const { workshop, call } = await openWorkshop(isolation)
    delete process.env['CARUSO_SECRET_TEST']
    const seen = await workshop.environment({}, call())
    expect(seen).toContain('PATH')
    expect(seen.filter((name) => /SECRET|VITEST/.test(name))).toEqual([])
  })

  test('is told that ports are served inline only', async () => {
    const { host } = openHost()
    const starting = host.startAll([spec('workshop', fixture('workshop'), { isolation, config: { fails: 'listen' } }), spec('customers', customersPlugin())])
    await expect(starting).rejects.toMatchObject({ code: 'START_FAILED', message: `Listened to a port from component "workshop": it is isolated as "${isolation}", and ports are served inline only` })
  })

  test('has what it prints in the log, line by line', async () => {
    const { workshop, call, lines } = await openWorkshop(isolation)
    await workshop.print({ text: 'hello' }, call())
    for (const message of ['hello', 'hello, loudly']) await expect.poll(() => lines).toContainEqual({ level: 'warn', fields: { component: 'workshop' }, message })
  })

  test('is ended with its host though it blocks its event loop', async () => {
    const { host, workshop, call } = await openWorkshop(isolation)
    const instance = host.active('workshop')
    const spinning = workshop.spin({}, call({ timeout: 500 })).catch(codeOf)
    expect(await host.close(0)).toEqual(['workshop: 1 calls had not ended after 0 ms', expect.stringMatching(/^workshop: disposing failed: .*no answer before the deadline/)])
    expect(await spinning).toMatch(/DEADLINE_EXCEEDED|PROVIDER_LOST/)
    expect(instance?.state).toBe('gone')
  })

  test('leaves no process, thread, pipe or timer behind when its host is closed', async () => {
    // A handle that was closed is counted until the event loop has turned: what the test before has closed, too.
    for (let turn = 0; turn < 3; turn++) await setImmediate()
    const before = process.getActiveResourcesInfo()
    const { host } = await openWorkshop(isolation)
    expect(await host.close()).toEqual([])
    await expect.poll(() => held(process.getActiveResourcesInfo())).toEqual(held(before))
  })
})

function held(resources: readonly string[]): number[] {
  return ['ProcessWrap', 'PipeWrap', 'MessagePort', 'Worker', 'Timeout'].map((type) => resources.filter((resource) => resource === type).length)
}
