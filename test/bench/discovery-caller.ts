import { Bus } from '@caruso/bus'
import { codeOf, messageOf } from '@caruso/contract'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonic } from './clock.ts'
import { Who } from './discovery-contract.ts'
import { serveCommands } from './serve-commands.ts'

/** A call that failed. */
export interface Failure {
  readonly operation: string
  readonly code: string
  readonly message: string
  readonly sent: number
}

/** What a caller saw of one instance. */
export interface Seen {
  readonly firstAnswer: number
  /** When the last call of ours that it answered reached it. */
  readonly lastArrival: number
  readonly answers: number
}

/** Started as `discovery-caller.ts URL`: calls whoever is there, all the time or never, and notes who answered when. */
const [url = ''] = process.argv.slice(2)
const consumer = { component: 'caller', grants: [] }
const bus = new Bus('bench-discovery', 'caller')
const who = bus.client(Who, consumer)
const seen = new Map<string, Seen>()
const failures: Failure[] = []
const gone = new Map<string, number>()
let known = new Set<string>()
let timer: NodeJS.Timeout | undefined
let beats = 0

bus.registry.watch(() => {
  const now = new Set(bus.registry.list().map(({ info }) => info.host))
  for (const host of known) if (!now.has(host)) gone.set(host, monotonic())
  known = now
})
await bus.connect({ url })

serveCommands(
  {
    begin: () => {
      timer = setInterval(beat, 1)
    },
    end: () => {
      clearInterval(timer)
      return { failures, beats }
    },
    first: async ({ name }: { name: string }) => (await until(() => seen.get(name))).firstAnswer,
    seen: ({ name }: { name: string }) => seen.get(name),
    knows: async ({ host }: { host: string }) => await until(() => known.has(host) || undefined),
    gone: async ({ host }: { host: string }) => await until(() => gone.get(host)),
  },
  async () => await bus.close(),
)

function beat(): void {
  beats++
  void call('instant')
  if (beats % 2 === 0) void call('repeatable')
  if (beats % 2 === 1) void call('once')
}

async function call(operation: 'instant' | 'repeatable' | 'once'): Promise<void> {
  const sent = monotonic()
  try {
    const { name, at } = await who[operation]({}, bus.call({ ...consumer, identity: 'bench', permissions: [], timeout: 10_000 }))
    const before = seen.get(name)
    seen.set(name, { firstAnswer: before?.firstAnswer ?? monotonic(), lastArrival: Math.max(before?.lastArrival ?? 0, at), answers: (before?.answers ?? 0) + 1 })
  } catch (error) {
    failures.push({ operation, code: codeOf(error) ?? 'none', message: messageOf(error), sent })
  }
}

async function until<T>(find: () => T | undefined): Promise<T> {
  for (let waited = 0; waited < 10_000; waited++) {
    const found = find()
    if (found !== undefined) return found
    await sleep(1)
  }
  throw new Error('Waited for an instance to come or to go: ten seconds passed')
}
