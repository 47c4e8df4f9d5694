import type { Isolation } from '@caruso/kernel'
import { setTimeout as sleep } from 'node:timers/promises'
import { IsolatedInstance } from './isolated-instance.ts'
import { ProcessPermissions } from './process-permissions.ts'
import { processFile, ProcessVessel } from './process-vessel.ts'
import { WorkerVessel } from './worker-vessel.ts'

/** Milliseconds in which a host that has just computed for a while catches up. */
const breath = 5

/** The ways of a host to run a component apart from its own thread, by the names that an assembly gives them. */
export function isolations(): Readonly<Record<'process' | 'worker', Isolation>> {
  const permissions = new ProcessPermissions()
  return {
    process: async (options) => {
      const { entry, data, reads = [] } = options.spec
      const allowed = permissions.of(typeof entry === 'string' ? [processFile, entry] : [processFile], { writes: data === undefined ? [] : [data], reads })
      // To make a process takes some milliseconds, in which the host serves nobody: what waits is served before.
      await sleep(breath)
      return await IsolatedInstance.load(options, new ProcessVessel(allowed))
    },
    worker: async (options) => await IsolatedInstance.load(options, new WorkerVessel()),
  }
}
