import { expect, inject, onTestFinished, test } from 'vitest'
import { CarusoProcess } from './caruso-up.ts'
import { DeskFolder } from './desk-folder.ts'
import { expectOnlyLost, Flow } from './flow.ts'
import { NatsProcess } from './nats-process.ts'
import { Operator } from './operator.ts'
import { until } from './until.ts'

const natsServer = inject('natsServer')
test.skipIf(natsServer === undefined)('SIGKILL and restart of nats-server during calls and during a swap: the swap is done, callers lose only what was under way', { timeout: 60_000 }, async () => {
  const nats = new NatsProcess(natsServer ?? '')
  onTestFinished(async () => await nats[Symbol.asyncDispose]())
  await nats.start()
  const desks = await DeskFolder.create('inline', nats.url)
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  await desks.add('1.0.0', 'plain')
  const host = await CarusoProcess.up(desks.path)
  onTestFinished(async () => await host[Symbol.asyncDispose]())
  await desks.add('1.1.0', '')
  const operator = await Operator.connect({ url: nats.url })
  onTestFinished(async () => await operator[Symbol.asyncDispose]())
  const flow = new Flow(operator, 'flow')
  const flows = async (): Promise<void> => {
    const answered = flow.taken
    await until(() => flow.taken > answered + 50)
  }

  await flows()
  await nats.kill()
  await nats.start()
  await flows()
  expect(await operator.version()).toBe('1.0.0')

  desks.hold('1.1.0', 'self-test')
  const swapping = operator.swap('1.1.0')
  await until(() => desks.reached('1.1.0', 'self-test') === 1)
  await nats.kill()
  desks.release('1.1.0', 'self-test')
  await until(() => desks.journalled('done') === 1)
  await nats.start()
  expect(await swapping).toBe('PROVIDER_LOST')
  await flows()
  expect(await operator.version()).toBe('1.1.0')
  expect(await operator.history()).toEqual(['swap 1.0.0 1.1.0 done'])

  await expectOnlyLost(flow, desks, 2)
})
