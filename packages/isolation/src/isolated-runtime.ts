import { type CallContext, type Pipe, PipeWire } from '@caruso/bus/pipe'
import { type ComponentSpec, InlineInstance, KernelError, loadPlugin, systemClock } from '@caruso/kernel/instance'
import { answeringOnce, control, type StateVerb } from './control.ts'
import { PipeSurroundings } from './pipe-surroundings.ts'
import { UnloadAudit, type Unloaded } from './unload-audit.ts'

/** Milliseconds in which an instance whose host is gone may dispose what it owns. */
const lonelyTimeout = 1_000

/**
 * What runs in a process or thread of its own: one instance, with a pipe to its host as its only connection.
 * The same code as inline, in other surroundings.
 */
export class IsolatedRuntime {
  readonly #wire: PipeWire
  readonly #surroundings: PipeSurroundings
  readonly #audit: UnloadAudit
  #instance: InlineInstance | undefined

  constructor(pipe: Pipe) {
    this.#wire = new PipeWire(pipe, { find: (service, operation, stream) => this.#find(service, operation, stream), caller: (wire, frame) => this.#surroundings.remember(wire, frame.id) }, () => void this.#hostIsGone())
    this.#surroundings = new PipeSurroundings(this.#wire)
    this.#audit = new UnloadAudit()
  }

  #find(service: string, operation: string, stream: boolean): { run(input: unknown, call: CallContext): Promise<unknown>; runStream(input: unknown, call: CallContext): AsyncGenerator<unknown, void> } {
    const served = service === control.instance ? undefined : this.#instance?.provider.operation(service, operation)
    if (served !== undefined && (served.operation.stream !== undefined) === stream) return served
    const step = service === control.instance && !stream ? this.#step(operation) : undefined
    if (step === undefined) throw new KernelError('STATE_INVALID', `Called "${service}" operation "${operation}" in an isolated component: there is none`)
    return answeringOnce(step)
  }

  #step(operation: string): ((input: unknown) => unknown) | undefined {
    const steps: Record<string, (input: unknown) => unknown> = {
      load: async (input) => await this.#load(input as ComponentSpec & { id: string }),
      start: async () => {
        await this.#surroundings.begin()
        await this.#loaded().start()
      },
      rehearse: (input) => input,
      activate: async () => await this.#loaded().activate(),
      deactivate: async () => await this.#loaded().deactivate(),
      health: async () => await this.#loaded().health(),
      dispose: async () => await this.#dispose(),
      state: async (input) => await this.#state(input as [StateVerb, unknown, unknown]),
      event: (input) => this.#surroundings.heard(input),
    }
    return steps[operation]
  }

  async #load(spec: ComponentSpec & { id: string }): Promise<unknown> {
    const plugin = await loadPlugin(typeof spec.entry === 'string' ? spec.entry : spec.component)
    this.#audit.loaded()
    this.#surroundings.introduce(spec)
    this.#instance = new InlineInstance({ id: spec.id, spec, plugin, clock: systemClock, log: this.#surroundings.log, surroundings: this.#surroundings })
    return this.#instance.description
  }

  async #dispose(): Promise<Unloaded> {
    const failed = (await this.#instance?.dispose()) ?? []
    const { left, memory } = await this.#audit.unloaded()
    return { left: [...failed, ...left], memory }
  }

  async #state([verb, first, second]: [verb: StateVerb, first: unknown, second: unknown]): Promise<unknown> {
    const { held } = this.#loaded()
    if (held === undefined) throw new KernelError('STATE_INVALID', 'Asked an isolated component for its state: it holds none')
    if (verb === 'open') return await held.open(first as number)
    if (verb === 'take') return await held.take(first as string, second as number)
    return await held[verb]()
  }

  #loaded(): InlineInstance {
    if (this.#instance === undefined) throw new KernelError('STATE_INVALID', 'Asked an isolated component for its instance: none is loaded')
    return this.#instance
  }

  async #hostIsGone(): Promise<void> {
    setTimeout(() => process.exit(1), lonelyTimeout)
    await this.#instance?.dispose()
    process.exit(0)
  }
}
