import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CarusoProcess } from './caruso-up.ts'
import { DeskFolder } from './desk-folder.ts'
import { Operator } from './operator.ts'
import { until } from './until.ts'

async function desksOf(isolation: 'inline' | 'process'): Promise<DeskFolder> {
  const desks = await DeskFolder.create(isolation)
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  await desks.add('1.0.0', 'plain')
  return desks
}

async function up(desks: DeskFolder): Promise<CarusoProcess> {
  const host = await CarusoProcess.up(desks.path)
  onTestFinished(async () => await host[Symbol.asyncDispose]())
  return host
}

async function reach(desks: DeskFolder): Promise<Operator> {
  const operator = await Operator.reach(desks.path)
  onTestFinished(async () => await operator[Symbol.asyncDispose]())
  return operator
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' })
    return false
  }
}

test.each(['SIGTERM', 'SIGHUP'] as const)('%s stops gracefully: accepted calls are answered, nothing is left, and the exit code is 0', { timeout: 60_000 }, async (signal) => {
  const desks = await desksOf('process')
  const host = await up(desks)
  const operator = await reach(desks)
  desks.hold('1.0.0', 'rest')
  const rest = operator.ask('rest', { id: 'accepted', ms: 0 })
  await until(() => desks.reached('1.0.0', 'rest') === 1)
  const ended = host.stop(signal)
  await until(() => operator.bus.registry.list().every(({ info }) => info.component !== 'desk'))
  // Of a closed terminal the system and the shell tell, each in its time.
  if (signal === 'SIGHUP') void host.stop(signal)
  desks.release('1.0.0', 'rest')
  expect(await rest).toEqual({ version: '1.0.0' })
  expect(await ended).toMatchObject({ code: 0, signal: null, output: expect.stringContaining('{"event":"stopped","left":[]}') })
  expect(existsSync(join(desks.path, '.caruso/nats.json'))).toBe(false)
  expect(desks.reached('1.0.0', 'dispose')).toBe(1)
  await until(() => !isRunning(desks.pid('1.0.0')))
})

test('SIGKILL leaves no process behind, and what it leaves on disk does not keep the next one from starting', { timeout: 60_000 }, async () => {
  const desks = await desksOf('process')
  const first = await up(desks)
  const second = new CarusoProcess(desks.path, 'up')
  expect(await second.ended).toMatchObject({ code: 2, output: '', errors: `caruso: Started assembly "desks": it runs already in "${desks.path}"; see it by "caruso ls"\n` })
  expect(await (await reach(desks)).version()).toBe('1.0.0')
  const isolated = desks.pid('1.0.0')
  await first.kill()
  await until(() => !isRunning(isolated))
  expect(existsSync(join(desks.path, '.caruso/nats.json'))).toBe(true)
  await up(desks)
  expect(await (await reach(desks)).version(2_000)).toBe('1.0.0')
})

test('two majors of a plugin run side by side, each swapped by itself', { timeout: 60_000 }, async () => {
  const desks = await desksOf('inline')
  await desks.add('2.0.0', 'major')
  await desks.declare([desks.component('desk', '^1.0.0', 'inline'), desks.component('newer', '^2.0.0', 'process')])
  await up(desks)
  await desks.add('1.1.0', '')
  const operator = await reach(desks)
  const peek = async (major: number): Promise<unknown> => await operator.ask('peek', {}, undefined, major)
  expect([await peek(1), await peek(2)]).toEqual([{ version: '1.0.0', active: true }, { version: '2.0.0', active: true }])
  expect(await operator.swap('1.1.0')).toBe('done')
  expect([await peek(1), await peek(2)]).toEqual([{ version: '1.1.0', active: true }, { version: '2.0.0', active: true }])
  expect(await operator.history()).toEqual(['swap 1.0.0 1.1.0 done'])
})
