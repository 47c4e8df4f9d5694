import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { CarusoProcess } from './caruso-up.ts'
import { DeskFolder } from './desk-folder.ts'
import { Flow, inFlight } from './flow.ts'
import { NatsProcess } from './nats-process.ts'
import { Operator } from './operator.ts'

const natsServer = inject('natsServer')
/** Milliseconds within which one version serves after a restart says that it is ready. */
const servesWithin = 2_000

const until = async (holds: () => boolean): Promise<boolean> => await vi.waitUntil(holds, { timeout: 20_000, interval: 2 })

interface Kill {
  readonly at: string
  /** Where the new version is made to wait; the old one where it says so. */
  readonly hold?: readonly [version: string, step: string]
  readonly serves: string
  readonly says: RegExp
}

const before = /^swap 1\.0\.0 1\.1\.0 interrupted interrupted before the point of no return: 1\.0\.0 runs$/
const after = /^swap 1\.0\.0 1\.1\.0 interrupted interrupted after the point of no return: 1\.1\.0 runs$/

const kills: readonly Kill[] = [
  { at: 'start', hold: ['1.1.0', 'start'], serves: '1.0.0', says: before },
  { at: 'self-test', hold: ['1.1.0', 'self-test'], serves: '1.0.0', says: before },
  { at: 'activation', hold: ['1.1.0', 'active'], serves: '1.0.0', says: before },
  { at: 'disposal of the old one', hold: ['1.0.0', 'dispose'], serves: '1.1.0', says: after },
]

test.skipIf(natsServer === undefined)('SIGKILL of the host at each step of a swap: one version serves after the restart, callers lose only what was under way', { timeout: 90_000 }, async () => {
  const nats = new NatsProcess(natsServer ?? '')
  onTestFinished(async () => await nats[Symbol.asyncDispose]())
  await nats.start()
  const desks = await DeskFolder.create('inline', nats.url)
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  await desks.add('1.0.0', 'plain')
  let host = await CarusoProcess.up(desks.path)
  onTestFinished(async () => await host[Symbol.asyncDispose]())
  await desks.add('1.1.0', '')
  const operator = await Operator.connect({ url: nats.url })
  onTestFinished(async () => await operator[Symbol.asyncDispose]())
  const flow = new Flow(operator, 'flow')

  const restarted = async (serves: string, at: string): Promise<void> => {
    host = await CarusoProcess.up(desks.path)
    const versions = await Promise.all(Array.from({ length: 5 }, () => operator.version(servesWithin)))
    expect([at, new Set(versions)]).toEqual([at, new Set([serves])])
  }

  for (const { at, hold: [version, step] = ['', ''], serves, says } of kills) {
    const known = desks.reached(version, step)
    desks.hold(version, step)
    const swapping = operator.swap('1.1.0')
    await until(() => desks.reached(version, step) > known)
    await host.kill()
    desks.release(version, step)
    await restarted(serves, at)
    expect([at, await swapping]).toEqual([at, expect.stringMatching(/^(PROVIDER_LOST|MOVED)$/)])
    expect((await operator.history())[0]).toMatch(says)
  }
  expect(desks.journalled('interrupted')).toBe(kills.length)

  const result = await flow.end()
  expect(result.errors).toEqual([])
  expect(result.lost.length).toBeLessThanOrEqual(inFlight * kills.length)
  const ledger = desks.ledger()
  expect(new Set(ledger).size).toBe(ledger.length)
  expect(result.taken.filter((id) => !ledger.includes(id))).toEqual([])
})
