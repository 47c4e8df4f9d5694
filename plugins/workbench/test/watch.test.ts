import { expect, test } from 'vitest'
import { caruso, carusoUntil, temporaryFolder } from '../../../test/command.ts'
import { slowDesk } from './slow-desk.ts'

interface Seen {
  readonly at: string
  readonly component: string
  readonly version: string
  readonly state: string
  readonly callsPerSecond: number
  readonly inFlight?: number
}

test('watch tells each second what each instance did, and how long calls took', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder()
  slowDesk(folder)
  await carusoUntil('Ready in', folder, 'up')
  const watching = caruso(folder, 'watch', '--json', '--count', '12')
  for (let i = 0; i < 3; i++) await caruso(folder, 'call', 'hall.visit', '{"ms":60}')
  await caruso(folder, 'call', 'desk.fail')
  const seen = linesOf((await watching).output) as (Seen & { errorsPerSecond: number; latency?: number; host: string })[]
  expect(new Set(seen.map(({ component, version, state }) => `${component} ${version} ${state}`))).toEqual(new Set(['desk 1.0.0 active', 'hall 1.0.0 active', expect.stringMatching(/^manager /)]))
  expect(new Set(seen.map(({ at }) => at.slice(0, 19))).size).toBe(12)
  const hall = seen.filter(({ component, callsPerSecond }) => component === 'hall' && callsPerSecond > 0)
  expect(hall.length).toBeGreaterThan(0)
  for (const { latency } of hall) expect(latency).toBeGreaterThanOrEqual(59)
  expect(seen.some(({ component, errorsPerSecond }) => component === 'desk' && errorsPerSecond > 0)).toBe(true)
})

test('watch shows both versions while one finishes what it accepted, in a table that Ctrl+C ends', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder()
  slowDesk(folder)
  await carusoUntil('Ready in', folder, 'up')
  await caruso(folder, 'add', './releases/desk-1.1.0')
  const watching = await carusoUntil('COMPONENT', folder, 'watch')
  const resting = caruso(folder, 'call', 'desk.rest', '{"ms":4000}')
  const { promise: drains, resolve } = Promise.withResolvers<void>()
  watching.heard((text) => /desk +1\.0\.0 .* active +\d/.test(text) && resolve())
  await drains
  expect(await caruso(folder, 'swap', 'desk', '1.1.0')).toMatchObject({ code: 0 })
  expect(await resting).toMatchObject({ code: 0, output: expect.stringContaining('1.0.0') })
  watching.kill('SIGINT')
  const { code, output } = await watching.ended
  expect(code).toBe(0)
  expect(output).toMatch(/^COMPONENT +VERSION +HOST +ISOLATION +STATE +CALLS\/S +ERRORS\/S +LATENCY +IN FLIGHT +HEALTH$/m)
  expect(output).toMatch(/^desk +1\.0\.0 .* leaving .*\ndesk +1\.1\.0 .* active /m)
})

test('watch shows both versions while one is tried with a share of the calls', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder()
  slowDesk(folder)
  await carusoUntil('Ready in', folder, 'up')
  await caruso(folder, 'add', './releases/desk-1.1.0')
  const swapping = await carusoUntil('canary', folder, 'swap', 'desk', '1.1.0', '--canary', '25%', '--for', '5m')
  const { output } = await caruso(folder, 'watch', '--count', '1')
  expect(output).toMatch(/^desk +1\.0\.0 .* active .*\ndesk +1\.1\.0 .* gets 25 % /m)
  swapping.kill('SIGINT')
})

test('watch needs an assembly that runs', async () => {
  const folder = temporaryFolder()
  slowDesk(folder)
  expect(await caruso(folder, 'watch')).toMatchObject({ code: 3, output: '' })
})

function linesOf(output: string): unknown[] {
  return output.trim().split('\n').map((line): unknown => JSON.parse(line))
}
