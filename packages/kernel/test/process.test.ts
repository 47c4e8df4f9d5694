import { codeOf } from '@caruso/contract'
import type { Call, Client } from '@caruso/contract'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Attack } from './fixtures/hostile.ts'
import { Workshop } from './fixtures/contracts.ts'
import { consumer, customersPlugin, fixture, ManualClock, openHost, spec, type TestHost } from './hosts.ts'

const timeout = 90_000

async function openWorkshop(clock?: ManualClock): Promise<TestHost & { workshop: Client<typeof Workshop> }> {
  const opened = openHost(clock)
  await opened.host.startAll([spec('workshop', fixture('workshop'), { isolation: 'process' }), spec('customers', customersPlugin())])
  return { ...opened, workshop: opened.bus.client(Workshop, consumer) }
}

describe('a process that ends by itself', { timeout }, () => {
  test.each([
    ['exits', (workshop: Client<typeof Workshop>, call: Call) => workshop.exit({ code: 7 }, call), /exit code 7/],
    ['is killed', async (workshop: Client<typeof Workshop>, call: Call) => {
      const pid = await workshop.pid({}, call)
      const waiting = workshop.wait({ milliseconds: 60_000 }, call)
      process.kill(pid, 'SIGKILL')
      return await waiting
    }, /signal SIGKILL/],
    ['exhausts its memory', (workshop: Client<typeof Workshop>, call: Call) => workshop.exhaust({}, call), /signal SIG(ABRT|KILL)/],
  ])('that %s fails what was in flight and is restarted', async (_how, end, reason) => {
    const { host, workshop, call, lines } = await openWorkshop()
    const before = await workshop.pid({}, call())
    await expect(end(workshop, call({ timeout: 60_000 }))).rejects.toMatchObject({ code: 'PROVIDER_LOST' })
    expect(await workshop.pid({}, call({ timeout: 60_000 }))).not.toBe(before)
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: expect.stringMatching(reason) }))
    await expect.poll(() => host.active('workshop')?.state).toBe('active')
  })

  test('repeats idempotent calls at its successor; each of the others fails once', async () => {
    const { workshop, call } = await openWorkshop()
    const pid = await workshop.pid({}, call())
    const calls = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? workshop.waitAgain({ milliseconds: 500 }, call({ timeout: 60_000 })) : workshop.wait({ milliseconds: 500 }, call({ timeout: 60_000 }))))
    const settled = Promise.allSettled(calls)
    await workshop.echo({ text: 'all have arrived' }, call())
    process.kill(pid, 'SIGKILL')
    for (const [index, result] of (await settled).entries()) {
      if (index % 2 === 0) expect(result).toMatchObject({ status: 'fulfilled' })
      else expect(result.status === 'rejected' ? codeOf(result.reason) : 'answered').toBe('PROVIDER_LOST')
    }
  })

  test('holds no caller up while it goes', async () => {
    const { workshop, bus, call } = await openWorkshop()
    const pid = await workshop.pid({}, call())
    process.kill(pid, 'SIGKILL')
    const codes = new Set<string | undefined>()
    while (bus.registry.lookup('workshop', '1.0.0').length > 0) {
      codes.add(await workshop.echo({ text: '' }, call({ timeout: 30_000 })).then(() => 'answered', codeOf))
    }
    expect([...codes].filter((code) => code !== 'answered' && code !== 'PROVIDER_LOST')).toEqual([])
  })

  test('is restarted after a wait that doubles, and given up after six crashes within a minute', async () => {
    const clock = new ManualClock()
    const { host, workshop, call, lines } = await openWorkshop(clock)
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

  test('while it loads, fails the load and nothing else', async () => {
    const { host } = openHost()
    await expect(host.load(spec('dying', fixture('dies-on-load'), { isolation: 'process' }))).rejects.toMatchObject({ code: 'PROVIDER_LOST', message: expect.stringContaining('exit code 5') })
  })

  test('while it starts, fails the start and nothing else', async () => {
    const { host } = openHost()
    const instance = await host.load(spec('workshop', fixture('workshop'), { isolation: 'process', config: { fails: 'exit' } }))
    await expect(instance.start()).rejects.toMatchObject({ code: 'PROVIDER_LOST', message: expect.stringContaining('exit code 3') })
    expect(instance.state).toBe('failed')
    expect(await instance.dispose()).toEqual([])
  })

  test('while it takes over, is restarted', async () => {
    const { host, bus, workshop, call } = await openWorkshop()
    const previous = host.active('workshop')
    const next = await host.load(spec('workshop', fixture('workshop'), { version: '1.1.0', isolation: 'process' }))
    await next.start()
    await host.switchTo(next, previous, async () => {
      if ('pid' in next) process.kill(Number(next.pid), 'SIGKILL')
      await expect.poll(() => next.state).toBe('failed')
    })
    if (previous !== undefined) await host.retire(previous, 1_000)
    expect(await workshop.echo({ text: 'Ada' }, call({ timeout: 60_000 }))).toBe('Hello Ada')
    expect(bus.registry.lookup('workshop', '1.0.0').map(({ entry }) => entry.info.version)).toEqual(['1.1.0'])
  })

  test('is not restarted where another version has taken its place', async () => {
    const clock = new ManualClock()
    const { host, workshop, call } = await openWorkshop(clock)
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

test('a process that blocks its event loop is ended and restarted, and its neighbours keep answering', { timeout }, async () => {
  const { host, workshop, bus, call, lines } = await openWorkshop()
  await host.startAll([spec('neighbour', fixture('workshop'), { isolation: 'process' })])
  const neighbour = bus.outlet(Workshop, consumer, 'neighbour')
  const blocked = bus.outlet(Workshop, consumer, 'workshop')
  const before = host.active('workshop')?.id
  const spinning = expect(blocked.call('spin', {}, call({ timeout: 60_000 }))).rejects.toMatchObject({ code: 'PROVIDER_LOST' })
  while (host.active('workshop')?.id === before) expect(await neighbour.call('echo', { text: 'Ada' }, call())).toBe('Hello Ada')
  await spinning
  expect(lines).toContainEqual(expect.objectContaining({ message: 'Ended the process of component "workshop": it did not answer 3 times' }))
  expect(await blocked.call('echo', { text: 'again' }, call({ timeout: 60_000 }))).toBe('Hello again')
  expect(await workshop.echo({ text: 'Ada' }, call())).toBe('Hello Ada')
})

describe('a hostile process', { timeout }, () => {
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const frames = (service: string, operation: string, input: unknown, caller: unknown = [0, 'hostile']): unknown[][] => [[9, 0, service, operation, caller, trace], [0, 1_000_000, 1_000, null, input]]
  let calls: Call[]
  let opened: TestHost & { attack: Client<typeof Attack> }

  beforeEach(async () => {
    calls = []
    const { host, ...rest } = openHost()
    await host.startAll([spec('customers', customersPlugin(calls)), spec('hostile', fixture('hostile'), { isolation: 'process' })])
    opened = { host, ...rest, attack: rest.bus.client(Attack, consumer) }
  })

  afterEach(async () => {
    const { bus, call } = opened
    expect(await bus.client((await import('./fixtures/contracts.ts')).Customers, consumer).get({ id: '1' }, call())).toEqual({ name: 'customer 1' })
  })

  test.each([
    ['a requirement it did not declare', 'require:secrets', 'read'],
    ['a component by its contract', 'customers@1.0.0', 'get'],
    ['an operation that does not exist', 'require:customers', 'constructor'],
    ['what the host does not serve', '$host', 'constructor'],
    ['the steps of an instance', '$instance', 'dispose'],
    ['a service that nobody knows', 'nonsense', 'x'],
  ])('cannot call %s', async (_what, service, operation) => {
    const { attack, call, lines } = opened
    await attack.write({ frames: frames(service, operation, {}) }, call())
    await expect.poll(() => lines).toContainEqual(expect.objectContaining({ level: 'warn', fields: { component: 'hostile', service, operation }, message: 'Refused an undeclared call of component "hostile"' }))
    expect(calls).toEqual([])
  })

  test.each([
    ['permissions of its own', [0, 'root', ['erase'], ['erase']]],
    ['the name of another', ['customers', 'root', ['erase'], ['erase']]],
    ['a call that it was never asked', [999_999, 'root']],
    ['nonsense', { identity: 'root' }],
  ])('cannot claim %s', async (_what, caller) => {
    const { attack, call } = opened
    await attack.write({ frames: [...frames('require:customers', 'erase', {}, caller), ...frames('require:customers', 'get', { id: '1' }, caller)] }, call())
    await expect.poll(() => calls).toHaveLength(1)
    expect(calls[0]?.caller).toMatchObject({ component: 'hostile', permissions: [], grants: [] })
  })

  test('cannot open a stream of what is none', async () => {
    const { attack, call, lines } = opened
    await attack.write({ frames: [[9, 0, 'require:customers', 'get', [0, ''], trace], [1, 1_000_000, 1_000, null, { id: '1' }, 10]] }, call())
    await expect.poll(() => lines).toContainEqual(expect.objectContaining({ message: 'Refused an undeclared call of component "hostile"' }))
    expect(calls).toEqual([])
  })

  test.each([
    ['an event of a contract it does not provide', 'emit', { contract: 'customers', version: '1.0.0', event: 'changed', payload: { id: '1' } }],
    ['events it did not declare', 'on', { topic: 'secrets.told' }],
    ['every event', 'on', { topic: '*' }],
    ['a topic with a line break', 'on', { topic: 'customers.changed\r\nPUB x 0\r\n' }],
    ['a topic with a wildcard', 'on', { topic: 'customers.>' }],
    ['a log line of no shape', 'log', { level: 'fatal', fields: 7 }],
  ])('cannot have %s', async (_what, operation, input) => {
    const { attack, call, bus } = opened
    const heard: unknown[] = []
    bus.on('*', (event) => heard.push(event))
    await attack.write({ frames: frames('$host', operation, input) }, call())
    await attack.write({ frames: [] }, call())
    expect(heard).toEqual([])
  })

  test.each([
    ['bytes that are no message', Buffer.from('00000005deadbeef01', 'hex')],
    ['a message that never ends', Buffer.from('ffffffff00', 'hex')],
    ['a message that is no array', Buffer.from('\u0000\u0000\u0000\u0002{}')],
  ])('is ended for %s', async (_what, bytes) => {
    const { attack, call, host } = opened
    const before = host.active('hostile')?.id
    const answer = await attack.writeBytes({ base64: bytes.toString('base64') }, call()).then(() => 'answered', codeOf)
    expect(['answered', 'PROVIDER_LOST']).toContain(answer)
    await expect.poll(() => host.active('hostile')?.id, { timeout }).not.toBe(before)
  })

  test('is not hurt by answers to calls that nobody made', async () => {
    const { attack, call } = opened
    await attack.write({ frames: [[2, 77, 'x'], [3, 78, null], [4, 79, 1], [5, 80], [6, 81, 1e9], [7, 82], [42, 83]] }, call())
    expect(await attack.write({ frames: [] }, call())).toBe(null)
  })
})

test('a process ends by itself when its host is killed', { timeout }, async () => {
  const host = spawn(process.execPath, ['--conditions=source', fixture('lonely-host'), fixture('workshop')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: host.stdout }), 'line')) as [string]
  const pid = Number(line)
  expect(runs(pid)).toBe(true)
  host.kill('SIGKILL')
  await once(host, 'close')
  await expect.poll(() => runs(pid), { timeout: 20_000 }).toBe(false)
})

test('closing a host leaves no process, pipe or timer behind', { timeout }, async () => {
  const before = process.getActiveResourcesInfo()
  const { host } = openHost()
  await host.startAll([spec('customers', customersPlugin()), spec('workshop', fixture('workshop'), { isolation: 'process' })])
  expect(await host.close()).toEqual([])
  // A handle that was closed is counted until the event loop has turned.
  await expect.poll(() => counted(process.getActiveResourcesInfo(), ['ProcessWrap', 'PipeWrap'])).toEqual(counted(before, ['ProcessWrap', 'PipeWrap']))
})

test('closing a host ends a process that blocks its event loop', { timeout }, async () => {
  const { host, workshop, call } = await openWorkshop()
  const pid = await workshop.pid({}, call())
  const spinning = workshop.spin({}, call({ timeout: 500 })).catch(codeOf)
  expect(await host.close(0)).toContainEqual(expect.stringMatching(/^workshop: disposing failed: .*no answer before the deadline/))
  expect(await spinning).toMatch(/DEADLINE_EXCEEDED|PROVIDER_LOST/)
  expect(runs(pid)).toBe(false)
})

function counted(resources: readonly string[], types: readonly string[]): number[] {
  return types.map((type) => resources.filter((resource) => resource === type).length)
}

/** Whether a process is there and more than the memory of one. */
function runs(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)]).toString().startsWith('Z')
  } catch {
    return false
  }
}
