import { definePlugin } from '@caruso/kernel'
import { StorageConfig } from './config.ts'
import { Storage } from './contract.ts'
import type { DataSource } from './data-source.ts'
import { sidecarName } from './sidecar.ts'
import { openSource, Sources } from './sources.ts'

export { SourceConfig, StorageConfig } from './config.ts'
export { StorageError } from './errors.ts'
export type { StorageCode } from './errors.ts'

// Until they are read, searches look at the changed rows themselves.
const marksInterval = 2_000

export default definePlugin({
  name: 'storage',
  config: StorageConfig,
  provides: { storage: Storage },
  async start({ config, scope, log }) {
    const opened: DataSource[] = []
    for (const [name, source] of Object.entries(config.sources)) opened.push(scope.own(await openSource(name, source, log), (owned) => owned.close()))
    const sources = new Sources(opened)
    scope.health(() => sources.health())
    scope.selfTest(() => sources.check())
    scope.whenActive((active) => active.every(marksInterval, () => sources.readMarks(() => scope.call({ timeout: 60_000 }), () => active.signal.aborted)))
    return {
      storage: {
        query: async (plan, call) => ({ rows: await sources.get(plan.source).query(plan, call) }),
        async *stream(plan, call) {
          for await (const rows of sources.get(plan.source).stream(plan, call)) yield { rows }
        },
        transact: async ({ source, steps, about }, call) => {
          const results = await sources.outbox(source).transact(steps, about, call)
          if (steps.some((step) => 'emit' in step)) scope.emit(Storage, 'emitted', { source }, call)
          return { results }
        },
        remembered: async ({ source, key, about }, call) => ({ results: (await sources.get(source).remembered(key, about, call)) ?? null }),
        sql: ({ source, sql, values = [], write = false }, call) => sources.get(source).sql({ sql, values, write }, call),
        sidecar: async ({ source, table, key, kind }, call) => {
          const name = sidecarName(kind, table)
          await sources.get(source).sidecar({ kind, table, key, name }, call)
          return { name }
        },
        async *describe({ source }, call) {
          for await (const tables of sources.get(source).describe(call)) yield { tables }
        },
        alter: async ({ source, changes, run }, call) => ({ statements: await sources.get(source).alter(changes, run, call) }),
        events: async ({ source, ...asked }, call) => ({ events: await sources.outbox(source).events(asked, call) }),
        acknowledge: async ({ source, ...asked }, call) => {
          await sources.outbox(source).acknowledge(asked, call)
          return {}
        },
        sources: async () => ({ sources: await sources.status() }),
      },
    }
  },
})
