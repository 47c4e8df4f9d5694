import { expect, onTestFinished, test } from 'vitest'
import { CarusoProcess } from './caruso-up.ts'
import { DeskFolder } from './desk-folder.ts'
import { expectOnlyLost, Flow } from './flow.ts'
import { Operator } from './operator.ts'
import { until } from './until.ts'

async function running(): Promise<{ desks: DeskFolder; operator: Operator; flow: Flow }> {
  const desks = await DeskFolder.create('process')
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  await desks.add('1.0.0', 'plain')
  const host = await CarusoProcess.up(desks.path)
  onTestFinished(async () => await host[Symbol.asyncDispose]())
  await desks.add('1.1.0', '')
  const operator = await Operator.reach(desks.path)
  onTestFinished(async () => await operator[Symbol.asyncDispose]())
  return { desks, operator, flow: new Flow(operator, 'flow') }
}

/** The versions of the desk that run, as the service manager lists them and as the registry of a caller does. */
async function runningVersions(operator: Operator): Promise<string[][]> {
  const { components } = await operator.manager.list({}, operator.call())
  return [components.filter(({ component }) => component === 'desk').map(({ version }) => version), operator.bus.registry.list().filter(({ info }) => info.component === 'desk').map(({ info }) => info.version)]
}

/** Lets a swap come to a step of a version, and kills a process there. */
async function killAt({ desks, operator }: { desks: DeskFolder; operator: Operator }, version: string, step: string, victim: string): Promise<string> {
  const known = desks.reached(version, step)
  desks.hold(version, step)
  const swapping = operator.swap('1.1.0')
  await until(() => desks.reached(version, step) > known)
  process.kill(desks.pid(victim), 'SIGKILL')
  desks.release(version, step)
  return await swapping
}

test('SIGKILL of the new process before the point of no return: nobody notices, the swap is discarded', { timeout: 60_000 }, async () => {
  const all = await running()
  for (const step of ['start', 'self-test', 'active']) {
    expect([step, await killAt(all, '1.1.0', step, '1.1.0')]).toEqual([step, 'SWAP_FAILED'])
    expect(await runningVersions(all.operator)).toEqual([['1.0.0'], ['1.0.0']])
    expect((await all.operator.history())[0]).toBe('swap 1.0.0 1.1.0 discarded')
  }
  await expectOnlyLost(all.flow, all.desks, 0)
})

test('SIGKILL of the old process before the point of no return: it is started again, alone, and the swap is discarded', { timeout: 60_000 }, async () => {
  const all = await running()
  const { desks, operator, flow } = all
  for (const step of ['self-test', 'active']) {
    const known = desks.reached('1.1.0', step)
    const started = desks.reached('1.0.0', 'active')
    desks.hold('1.1.0', step)
    const swapping = operator.swap('1.1.0')
    await until(() => desks.reached('1.1.0', step) > known)
    process.kill(desks.pid('1.0.0'), 'SIGKILL')
    await until(() => desks.reached('1.0.0', 'active') > started)
    desks.release('1.1.0', step)
    expect([step, await swapping]).toEqual([step, 'SWAP_FAILED'])
    expect([step, await runningVersions(operator)]).toEqual([step, [['1.0.0'], ['1.0.0']]])
    expect(await operator.version()).toBe('1.0.0')
    expect((await operator.history())[0]).toBe('swap 1.0.0 1.1.0 discarded')
  }
  await expectOnlyLost(flow, desks, 2)
})

test('SIGKILL of either process after the point of no return: the new version serves, restarted where it was killed', { timeout: 60_000 }, async () => {
  const all = await running()
  const { desks, operator, flow } = all
  desks.hold('1.0.0', 'rest')
  const rest = operator.ask('rest', { id: 'rest', ms: 0 }).then(() => 'answered', (error: { code: string }) => error.code)
  await until(() => desks.reached('1.0.0', 'rest') === 1)
  const swapping = operator.swap('1.1.0')
  await until(() => desks.journalled('switch') === 1)
  const known = desks.reached('1.1.0', 'active')
  process.kill(desks.pid('1.1.0'), 'SIGKILL')
  await until(() => desks.reached('1.1.0', 'active') > known)
  expect(await operator.version()).toBe('1.1.0')
  process.kill(desks.pid('1.0.0'), 'SIGKILL')
  expect(await rest).toBe('PROVIDER_LOST')
  expect(await swapping).toBe('done')
  expect(await runningVersions(operator)).toEqual([['1.1.0'], ['1.1.0']])
  expect(await operator.history()).toEqual(['swap 1.0.0 1.1.0 done'])
  await expectOnlyLost(flow, desks, 2)
})
