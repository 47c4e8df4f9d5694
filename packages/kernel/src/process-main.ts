import { PipeWire, type CallContext } from '@caruso/bus/pipe'
import { Socket } from 'node:net'
import { systemClock } from './clock.ts'
import { KernelError } from './errors.ts'
import { InlineInstance } from './inline-instance.ts'
import type { ComponentSpec } from './instance.ts'
import { loadPlugin } from './load-plugin.ts'
import { PipeSurroundings } from './pipe-surroundings.ts'
import { answeringOnce, control } from './control.ts'

/**
 * What runs in a process of its own: one instance, with a pipe to its host as its only connection.
 * The same code as inline, in other surroundings.
 */
class IsolatedProcess {
  readonly #wire: PipeWire
  readonly #surroundings: PipeSurroundings
  #instance: InlineInstance | undefined

  constructor(socket: Socket) {
    this.#wire = new PipeWire(socket, { find: (service, operation, stream) => this.#find(service, operation, stream), caller: (wire, frame) => this.#surroundings.remember(wire, frame.id) }, () => void this.#hostIsGone())
    this.#surroundings = new PipeSurroundings(this.#wire)
  }

  #find(service: string, operation: string, stream: boolean): { run(input: unknown, call: CallContext): Promise<unknown>; runStream(input: unknown, call: CallContext): AsyncGenerator<unknown, void> } {
    const served = service === control.instance ? undefined : this.#instance?.provider.operation(service, operation)
    if (served !== undefined && (served.operation.stream !== undefined) === stream) return served
    const step = service === control.instance && !stream ? this.#step(operation) : undefined
    if (step === undefined) throw new KernelError('STATE_INVALID', `Called "${service}" operation "${operation}" in an isolated process: there is none`)
    return answeringOnce(step)
  }

  #step(operation: string): ((input: unknown) => unknown) | undefined {
    const steps: Record<string, (input: unknown) => unknown> = {
      load: async (input) => await this.#load(input as ComponentSpec & { id: string }),
      start: async () => {
        await this.#surroundings.begin()
        await this.#loaded().start()
      },
      activate: async () => await this.#loaded().activate(),
      deactivate: async () => await this.#loaded().deactivate(),
      health: async () => await this.#loaded().health(),
      dispose: async () => await this.#instance?.dispose(),
      event: (input) => this.#surroundings.heard(input),
    }
    return steps[operation]
  }

  async #load(spec: ComponentSpec & { id: string }): Promise<unknown> {
    const plugin = await loadPlugin(typeof spec.entry === 'string' ? spec.entry : spec.component)
    this.#surroundings.component = spec.component
    this.#instance = new InlineInstance({ id: spec.id, spec: { ...spec, isolation: 'process' }, plugin, clock: systemClock, log: this.#surroundings.log, surroundings: this.#surroundings })
    return this.#instance.description
  }

  #loaded(): InlineInstance {
    if (this.#instance === undefined) throw new KernelError('STATE_INVALID', 'Asked an isolated process for its instance: none is loaded')
    return this.#instance
  }

  async #hostIsGone(): Promise<void> {
    setTimeout(() => process.exit(1), 1_000)
    await this.#instance?.dispose()
    process.exit(0)
  }
}

new IsolatedProcess(new Socket({ fd: 3, readable: true, writable: true }))
// A terminal and systemd send their signals to the whole group; the host decides when its processes end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
