import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Tidy } from './fixtures/tidy.ts'
import { run } from '../../../test/command.ts'
import { consumer, spec, type TestHost } from '../../../test/hosts.ts'
import { fixture, openHost } from './workshop.ts'

const timeout = 300_000
const megabyte = 1_048_576

/** Swaps a component in a thread so often, and asks each of its instances to work. */
async function rounds(count: number, { host, bus, call }: TestHost): Promise<void> {
  for (let round = 0; round < count; round++) {
    const previous = host.active('tidy')
    const next = await host.load(spec('tidy', fixture('tidy'), { isolation: 'worker' }))
    await next.start()
    await host.switchTo(next, previous === undefined ? {} : { previous })
    expect(await bus.client(Tidy, consumer).work({}, call())).toBe('served')
    if (previous !== undefined) expect(await host.retire(previous, 20_000)).toEqual([])
  }
}

/** What this process holds, memory after what can be collected was collected. */
function held(): { readonly resources: readonly string[]; readonly threads: number; readonly heap: number; readonly resident: number } {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, rss } = process.memoryUsage()
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0
  return { resources: process.getActiveResourcesInfo().toSorted(), threads, heap: heapUsed, resident: rss }
}

test('50 threads that come and go leave neither handles nor threads, and no memory that grows', { timeout }, async () => {
  const opened = openHost()
  await rounds(5, opened)
  const before = held()
  await rounds(50, opened)
  // No poll of vitest's: its own timer would be among them.
  for (let tries = 0; tries < 40 && held().resources.length > before.resources.length; tries++) await sleep(50)
  expect(held().resources).toEqual(before.resources)
  const after = held()
  expect(after.threads).toBe(before.threads)
  expect((after.heap - before.heap) / megabyte).toBeLessThan(3)
  // What the C library keeps of threads that have ended is reused, but not at once.
  expect((after.resident - before.resident) / megabyte).toBeLessThan(64)
})

test.skipIf(process.platform === 'win32')('a thread that could not be started ahead ends nobody', async () => {
  const script = `
    import { WorkerVessel } from ${JSON.stringify(join(import.meta.dirname, '../src/worker-vessel.ts'))}
    import { openSync } from 'node:fs'
    try { for (;;) openSync('.') } catch {}
    const { pipe } = new WorkerVessel()
    setTimeout(() => (console.log(pipe.open), process.exit()), 300)
  `
  expect(await run('.', 'sh', '-c', 'ulimit -n 60; exec "$0" --conditions=source --input-type=module -e "$1"', process.execPath, script)).toEqual({ code: 0, output: 'false\n', errors: '' })
})
