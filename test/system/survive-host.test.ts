import { expect, inject, onTestFinished, test } from 'vitest'
import { CarusoProcess } from './caruso-up.ts'
import { DeskFolder } from './desk-folder.ts'
import { expectOnlyLost, Flow } from './flow.ts'
import { NatsProcess } from './nats-process.ts'
import { Operator } from './operator.ts'
import { until } from './until.ts'

const natsServer = inject('natsServer')
/** Milliseconds within which one version serves after a restart says that it is ready. */
const servesWithin = 2_000

interface Kill {
  readonly at: string
  /** The step at which a version is made to wait. */
  readonly hold: readonly [version: string, step: string]
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

/** What every test here stands on: nats-server, an assembly with a desk 1.0.0 that runs, 1.1.0 beside it, and who calls it. */
async function running(): Promise<{ desks: DeskFolder; operator: Operator; up(): Promise<void>; kill(): Promise<void> }> {
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
  return {
    desks,
    operator,
    up: async () => {
      host = await CarusoProcess.up(desks.path)
    },
    kill: async () => await host.kill(),
  }
}

async function servingVersions(operator: Operator): Promise<string[]> {
  const versions = await Promise.all(Array.from({ length: 5 }, () => operator.version(servesWithin)))
  return [...new Set(versions)]
}

test.skipIf(natsServer === undefined)('SIGKILL of the host at each step of a swap: one version serves after the restart, callers lose only what was under way', { timeout: 90_000 }, async () => {
  const { desks, operator, up, kill } = await running()
  const flow = new Flow(operator, 'flow')
  for (const { at, hold: [version, step], serves, says } of kills) {
    const known = desks.reached(version, step)
    desks.hold(version, step)
    const swapping = operator.swap('1.1.0')
    await until(() => desks.reached(version, step) > known)
    await kill()
    desks.release(version, step)
    await up()
    expect([at, await servingVersions(operator)]).toEqual([at, [serves]])
    expect([at, await swapping]).toEqual([at, expect.stringMatching(/^(PROVIDER_LOST|MOVED)$/)])
    expect((await operator.history())[0]).toMatch(says)
  }
  expect(desks.journalled('interrupted')).toBe(kills.length)
  await expectOnlyLost(flow, desks, kills.length)
})

test.skipIf(natsServer === undefined)('SIGKILL of the host right after the point of no return is on disk: the new version serves after the restart', { timeout: 90_000 }, async () => {
  const { desks, operator, up, kill } = await running()
  const flow = new Flow(operator, 'flow')
  for (const [turn, serves] of ['1.1.0', '1.0.0', '1.1.0'].entries()) {
    const swapping = operator.swap(turn === 0 ? '1.1.0' : undefined)
    while (desks.journalled('switch') <= turn) await new Promise(setImmediate)
    await kill()
    await up()
    expect([turn, await servingVersions(operator)]).toEqual([turn, [serves]])
    expect([turn, (await operator.history())[0]]).toEqual([turn, expect.stringMatching(new RegExp(` ${serves} (done|interrupted interrupted after the point of no return: ${serves} runs)$`))])
    await swapping
  }
  await expectOnlyLost(flow, desks, 3)
})
