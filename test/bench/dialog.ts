import type { Findings, Options } from './benchmark.ts'
import { Child } from './child.ts'
import type { Percentiles } from './statistics.ts'
import { rounded } from './statistics.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Dialogs open at once in a process with the flags of a host, answered at a steady rate through the component, each answer kept in SQLite before it is acknowledged. */
export async function dialog({ quick, progress }: Options): Promise<Findings> {
  // More than the goal, since the last answer takes its time too.
  const { open, rate, seconds, warmUp } = quick ? { open: 200, rate: 100, seconds: 2, warmUp: 1 } : { open: 10_000, rate: 1_050, seconds: 30, warmUp: 5 }
  using folder = temporaryFolder('dialog')
  await using host = await Child.startAsHost('./dialog-process.ts', folder.path)
  progress(`opening ${open} dialogs`)
  const opened = (await host.ask('open', { open })) as number
  progress(`${rate} answers a second for ${warmUp} s, to warm up`)
  await host.ask('answered', { rate, seconds: warmUp })
  progress(`${rate} answers a second for ${seconds} s`)
  const { taken, answers, ms } = (await host.ask('answered', { rate, seconds })) as { readonly taken: Percentiles; readonly answers: number; readonly ms: number }
  progress('as many as it takes, 16 at a time')
  const most = (await host.ask('most', { seconds: seconds / 3 })) as number
  const { rss, heapUsed } = (await host.ask('memory')) as NodeJS.MemoryUsage
  return {
    figures: [
      { name: 'open', value: opened, goal: { atLeast: 10_000 }, meaning: 'dialogs open at once in one process' },
      { name: 'answers_per_s', value: rounded((answers * 1_000) / ms), goal: { atLeast: 1_000 }, meaning: `answers acknowledged, at ${rate.toLocaleString('en')} sent a second at planned times` },
      { name: 'p99_ms', value: rounded(taken.p99), goal: { atMost: 10 }, meaning: 'from the time an answer was planned for to its acknowledgement' },
    ],
    details: { rate, seconds, p50_ms: rounded(taken.p50), p999_ms: rounded(taken.p999), max_ms: rounded(taken.max), most_per_s: rounded(most), rss_mb: rounded(rss / 2 ** 20), heap_mb: rounded(heapUsed / 2 ** 20) },
  }
}
