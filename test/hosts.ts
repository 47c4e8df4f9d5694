import { Bus } from '@caruso/bus'
import { type Call, Type } from '@caruso/contract'
import type { Clock, ComponentSpec, HostOptions, LoadedPlugin, Log } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { onTestFinished } from 'vitest'

export interface Line {
  readonly level: string
  readonly fields: unknown
  readonly message: string
}

export interface TestHost {
  readonly host: Host
  readonly bus: Bus
  readonly lines: Line[]
  call(origin?: { readonly timeout?: number; readonly permissions?: readonly string[] }): Call
}

export const consumer = { component: 'test', grants: [] }

/** A log that keeps its lines. */
export function keptLog(): { log: Log; lines: Line[] } {
  const lines: Line[] = []
  const write = (level: string) => (...[fields, message]: unknown[]) => void lines.push(typeof fields === 'string' ? { level, fields: {}, message: fields } : { level, fields, message: String(message) })
  return { log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }, lines }
}

/** A host of its own that closes when the test is done; it runs components inline, and as it is told further. */
export function openHost(clock?: Clock, isolations: HostOptions['isolations'] & object = {}): TestHost {
  const opened = newHost(clock, isolations)
  onTestFinished(() => opened.close())
  return opened
}

/** The same for several tests, or for less than one: who opens it closes it. */
export function newHost(clock?: Clock, isolations: HostOptions['isolations'] & object = {}): TestHost & { close(): Promise<void> } {
  const { log, lines } = keptLog()
  const bus = new Bus('test', 'host')
  const host = new Host({ bus, log, isolations, ...(clock === undefined ? {} : { clock }) })
  return {
    host,
    bus,
    lines,
    call: ({ timeout = 20_000, permissions = [] } = {}) => bus.call({ ...consumer, identity: 'tester', permissions, timeout }),
    async close() {
      await host.close(1_000)
      await bus.close()
    },
  }
}

export function spec(component: string, entry: string | LoadedPlugin, more: Partial<ComponentSpec> = {}): ComponentSpec {
  return { component, plugin: component, version: '1.0.0', entry, isolation: 'inline', config: {}, grants: [], ...more }
}

/** Time that passes when the test says so. */
export class ManualClock implements Clock {
  #now = 0
  readonly #timers = new Set<{ readonly due: number; readonly callback: () => void }>()

  /** Milliseconds until each waiting callback is due. */
  get waits(): number[] {
    return [...this.#timers].map(({ due }) => due - this.#now)
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { due: this.#now + milliseconds, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds
    for (const timer of [...this.#timers].filter(({ due }) => due <= this.#now)) {
      this.#timers.delete(timer)
      timer.callback()
    }
  }
}

/** A plugin as plain data; its types were settled elsewhere. */
export function plugin(name: string, start: LoadedPlugin['start'], more: Partial<Omit<LoadedPlugin, 'start' | 'name'>> = {}): LoadedPlugin {
  return { name, config: Type.Object({}), provides: {}, requires: {}, start, ...more }
}
