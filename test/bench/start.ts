import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Findings, Options } from './benchmark.ts'
import { InstalledAssembly } from './installed-assembly.ts'
import { treeMemory } from './process-tree.ts'
import { median, rounded } from './statistics.ts'

const megabyte = 1_000_000
const startLimit = 30_000

interface Start {
  readonly readyMs: number
  /** What `caruso up` itself says. */
  readonly toldMs: number
  readonly rss: number | undefined
}

/** How soon the example is ready from the built packages, and how much memory its idle process tree holds. */
export async function start({ quick, progress }: Options): Promise<Findings> {
  const { starts, rests, idleMs } = quick ? { starts: 1, rests: 1, idleMs: 100 } : { starts: 9, rests: 3, idleMs: 5_000 }
  const assembly = new InstalledAssembly()
  try {
    progress('building the packages')
    await assembly.make()
    // The first start fills the caches of the disk.
    await startOnce(assembly.caruso, assembly.shipped, undefined)
    const shipped: Start[] = []
    const inline: Start[] = []
    for (let i = 0; i < starts; i++) {
      shipped.push(await startOnce(assembly.caruso, assembly.shipped, i < rests ? idleMs : undefined))
      inline.push(await startOnce(assembly.caruso, assembly.inline, i < rests ? idleMs : undefined))
      progress(`${i + 1} of ${starts} rounds`)
    }
    return findings(shipped, inline, idleMs)
  } finally {
    assembly.remove()
  }
}

function findings(shipped: readonly Start[], inline: readonly Start[], idleMs: number): Findings {
  const ready = (starts: readonly Start[]): number[] => starts.map(({ readyMs }) => Math.round(readyMs))
  const memory = (starts: readonly Start[]): number[] => starts.flatMap(({ rss }) => (rss === undefined ? [] : [rounded(rss / megabyte)]))
  return {
    figures: [
      { name: 'ready_ms', value: median(ready(shipped)), goal: { atMost: 1500 }, meaning: 'from starting the process to its word that the assembly is ready, as the example ships' },
      { name: 'rss_inline_mb', value: median(memory(inline)), goal: { atMost: 120 }, meaning: 'resident memory of the process tree, idle, every component inline' },
      { name: 'rss_mb', value: median(memory(shipped)), goal: { atMost: 180 }, meaning: 'the same as the example ships: one component in a process of its own' },
    ],
    details: { idle_ms: idleMs, ready_ms: ready(shipped), ready_told_ms: shipped.map(({ toldMs }) => toldMs), ready_inline_ms: ready(inline), rss_mb: memory(shipped), rss_inline_mb: memory(inline) },
  }
}

/** Starts an assembly by `caruso up` and stops it again; memory is read after it has rested so long. */
async function startOnce(caruso: string, folder: string, idleMs: number | undefined): Promise<Start> {
  const begun = performance.now()
  const up = spawn(process.execPath, [caruso, '--json', 'up', folder], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PORT: '0' } })
  const kill = (): void => void up.kill('SIGKILL')
  const limit = setTimeout(kill, startLimit)
  process.once('exit', kill)
  const exited = once(up, 'exit')
  try {
    for await (const line of createInterface({ input: up.stdout })) {
      const told = JSON.parse(line) as { readonly event?: string; readonly ms?: number }
      if (told.event !== 'ready') continue
      const readyMs = performance.now() - begun
      if (idleMs !== undefined) await sleep(idleMs)
      return { readyMs, toldMs: told.ms ?? Number.NaN, rss: idleMs === undefined ? undefined : treeMemory(up.pid ?? 0) }
    }
    throw new Error(`Started "${folder}" by caruso up: it ended before it was ready`)
  } finally {
    up.kill('SIGTERM')
    up.stdout.resume()
    await exited
    clearTimeout(limit)
    process.removeListener('exit', kill)
  }
}
