import { Bus } from '@caruso/bus'
import { contract, messageOf, Type } from '@caruso/contract'
import { readConnectionFile } from '@caruso/nats-server'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Findings, Options } from './benchmark.ts'
import { InstalledPackages } from './installed-packages.ts'
import { percentile, percentiles, rounded } from './statistics.ts'

const Told = contract({ name: 'told', version: '1.0.0', operations: { which: { input: Type.Object({}), output: Type.Object({ save: Type.Integer() }) } } })
const consumer = { component: 'caller', grants: [] }
/** Milliseconds between two saves, more or less, as somebody types who is in a hurry. */
const pause = 700
const answerLimit = 20_000

interface Sizes {
  readonly saves: number
  /** Before these, the caches of the disk are cold. */
  readonly first: number
}

/** How soon an answer comes from the code that was saved, in an assembly that `caruso up --watch` runs from built packages. */
export async function watch({ quick, progress }: Options): Promise<Findings> {
  const sizes: Sizes = quick ? { saves: 2, first: 1 } : { saves: 40, first: 3 }
  await using stack = new AsyncDisposableStack()
  const packages = new InstalledPackages()
  stack.defer(() => packages.remove())
  progress('building the packages')
  await packages.make()
  const author = new Author(join(packages.folder, 'author'), packages.modules)
  const events: Record<string, unknown>[] = []
  const up = await started(join(packages.modules, '@caruso/cli/bin/caruso.js'), author.folder, events)
  stack.defer(async () => await stopped(up))
  const caller = new Caller()
  stack.defer(async () => await caller.close())
  await caller.begin(author.folder)
  const live: number[] = []
  for (let save = 1; save <= sizes.first + sizes.saves; save++) {
    await sleep(pause + Math.random() * 100)
    const ms = await caller.first(save, () => author.save(save))
    if (save > sizes.first) live.push(ms)
    if (save % 10 === 0) progress(`${save} of ${sizes.first + sizes.saves} saves`)
  }
  const broken = await brokenSave(author, caller, events, sizes.first + sizes.saves + 1)
  const sorted = live.toSorted((a, b) => a - b)
  return {
    figures: [{ name: 'live_ms', value: rounded(percentile(sorted, 0.95)), goal: { atMost: 300 }, meaning: 'from a save to the first answer of the saved code at a caller in another process; p95' }],
    details: { ...sizes, live_ms: { ...percentiles(live), p95: percentile(sorted, 0.95) }, each_ms: live.map(Math.round), told_ms: events.flatMap(({ event, ms }) => (event === 'live' ? [ms] : [])), broken, calls: caller.calls, failed: caller.failures },
  }
}

/** A broken save, after which the version that ran goes on until the next good one. */
async function brokenSave(author: Author, caller: Caller, events: readonly Record<string, unknown>[], save: number): Promise<Record<string, unknown>> {
  author.write('export const save = ;\n')
  const until = performance.now() + answerLimit
  while (!events.some(({ event }) => event === 'broken') && performance.now() < until) await sleep(5)
  const answered = caller.last
  const next = await caller.first(save, () => author.save(save))
  // Where it lies on this machine is nobody's business.
  const message = String(events.find(({ event }) => event === 'broken')?.['message']).replaceAll(author.folder, '…')
  return { message, old_one_answered: answered === save - 1, next_good_save_ms: rounded(next) }
}

/** The folder of an assembly with a plugin that somebody works on. */
class Author {
  readonly folder: string

  constructor(folder: string, modules: string) {
    this.folder = folder
    mkdirSync(join(folder, 'told/src'), { recursive: true })
    symlinkSync(modules, join(folder, 'node_modules'))
    writeFileSync(join(folder, 'assembly.yaml'), 'assembly: bench-watch\ncomponents:\n  told: { plugin: ./told }\n')
    writeFileSync(join(folder, 'told/package.json'), JSON.stringify({ name: 'told', version: '1.0.0', type: 'module', exports: './src/index.ts' }))
    writeFileSync(join(folder, 'told/src/index.ts'), plugin)
    this.save(0)
  }

  save(save: number): void {
    this.write(`/** Changed by each save. */\nexport const save: number = ${save}\n`)
  }

  write(text: string): void {
    writeFileSync(join(this.folder, 'told/src/save.ts'), text)
  }
}

/** Somebody in another process than the assembly, who asks all the time. */
class Caller {
  calls = 0
  last = -1
  readonly failures: string[] = []
  readonly #bus = new Bus('bench-watch', 'caller')
  #ends = false
  #asking: Promise<void> = Promise.resolve()
  #seen: ((save: number) => void) | undefined

  async begin(folder: string): Promise<void> {
    await this.#bus.connect(await readConnectionFile(join(folder, '.caruso')))
    this.#asking = this.#ask()
  }

  /** Milliseconds from the moment before a file is written to the first answer of its code. */
  async first(wanted: number, save: () => void): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(new Error(`Waited for save ${wanted} to answer: ${answerLimit} ms passed`)), answerLimit)
    this.#seen = (seen) => {
      if (seen === wanted) resolve()
    }
    const begun = performance.now()
    save()
    await promise.finally(() => clearTimeout(timer))
    return performance.now() - begun
  }

  async close(): Promise<void> {
    this.#ends = true
    await this.#asking
    await this.#bus.close()
  }

  async #ask(): Promise<void> {
    const client = this.#bus.client(Told, consumer)
    while (!this.#ends) {
      this.calls++
      try {
        this.last = (await client.which({}, this.#bus.call({ ...consumer, identity: 'bench', permissions: [], timeout: 10_000 }))).save
        this.#seen?.(this.last)
      } catch (error) {
        this.failures.push(messageOf(error))
      }
      await sleep(1)
    }
  }
}

async function started(caruso: string, folder: string, events: Record<string, unknown>[]): Promise<ChildProcess> {
  const up = spawn(process.execPath, [caruso, '--json', 'up', '--watch', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => up.kill('SIGKILL'))
  const lines = createInterface({ input: up.stdout })
  lines.on('line', (line) => events.push(JSON.parse(line) as Record<string, unknown>))
  await Promise.race([once(lines, 'line'), once(up, 'exit')])
  if (up.exitCode !== null) throw new Error(`Started "${folder}" by caruso up --watch: it ended by ${up.exitCode}`)
  return up
}

async function stopped(up: ChildProcess): Promise<void> {
  if (up.exitCode !== null) return
  up.kill('SIGTERM')
  await once(up, 'exit')
}

const plugin = `import { contract, Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { save } from './save.ts'

const Told = contract({ name: 'told', version: '1.0.0', operations: { which: { input: Type.Object({}), output: Type.Object({ save: Type.Integer() }) } } })

export default definePlugin({
  name: 'told',
  config: Type.Object({}),
  provides: { told: Told },
  start() {
    return { told: { which: () => ({ save }) } }
  },
})
`
