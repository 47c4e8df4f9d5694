import type { Bus } from '@caruso/bus'
import type { ComponentSpec, Instance } from './instance.ts'
import type { Log } from './log.ts'

/** What a host gives to whoever runs an instance for it. */
export interface IsolationOptions {
  readonly id: string
  readonly spec: ComponentSpec
  readonly bus: Bus
  readonly log: Log
  /** To be told, once, that the instance has ended though nobody asked it to. */
  crashed(instance: Instance, reason: string): void
}

/** A way to run components: loads the code of one and checks its configuration, where it is going to run. */
export type Isolation = (options: IsolationOptions) => Promise<Instance>
