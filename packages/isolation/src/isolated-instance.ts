import { CallContext, type CallFrame, encodeCaller, newTraceparent, type ProvidedService, Provider, serviceKey } from '@caruso/bus'
import { PipeWire } from '@caruso/bus/pipe'
import { CarusoError, messageOf, type Call, type Caller, type Contract } from '@caruso/contract'
import { type ComponentSpec, type Description, type Health, type HeldState, type Instance, type InstanceState, type IsolationOptions, KernelError, Lifecycle } from '@caruso/kernel/instance'
import { setTimeout as sleep } from 'node:timers/promises'
import { control, type StateVerb } from './control.ts'
import { HostService } from './host-service.ts'
import type { Unloaded } from './unload-audit.ts'
import type { Vessel } from './vessel.ts'

/** Milliseconds that an isolated instance may take for a step of its life, and to say how it is. */
const stepTimeout = 60_000
const healthTimeout = 4_000
/** How often it may fail to answer before it is ended. */
const mostSilences = 3
const disposeTimeout = 10_000
/** Calls by which an instance is warmed up, how many are on their way at a time, the rest after those, and the most time for all (ms). */
const rehearsals = 1_000
const rehearsedAtOnce = 40
const rest = 3
const warmUpLimit = 200
/** After the first of these it is killed, after the second it is given up. */
const exitTimeout = 2_000
const killTimeout = 4_000

/** An instance in a vessel of its own: it has no connection but a pipe to its host, who checks and stamps what it asks. */
export class IsolatedInstance implements Instance {
  readonly id: string
  readonly spec: ComponentSpec
  readonly started = new Date()
  readonly #options: IsolationOptions
  readonly #vessel: Vessel
  readonly #wire: PipeWire
  readonly #hostService: HostService
  readonly #lifecycle: Lifecycle
  #description: Description | undefined
  #provider: Provider | undefined
  #silences = 0

  private constructor(options: IsolationOptions, vessel: Vessel) {
    const { id, spec, bus, log } = options
    const { component, grants } = spec
    this.id = id
    this.spec = spec
    this.#options = options
    this.#vessel = vessel
    this.#lifecycle = new Lifecycle(`component "${component}" ${spec.version}`)
    this.#hostService = new HostService(bus, { component, grants }, log, (input) => this.#tell('event', input))
    this.#wire = new PipeWire(vessel.pipe, { find: (service, operation, stream) => this.#hostService.find(service, operation, stream), caller: (wire, frame) => this.#callerOf(wire, frame), through: (frame) => this.#parentOf(frame)?.through ?? [] }, () => this.#pipeClosed())
    vessel.watch((line) => log.warn({ component }, line), (reason) => this.#exit(reason))
  }

  /**
   * Has a vessel load the plugin and check the configuration.
   *
   * @throws KernelError `PLUGIN_NOT_LOADED` or `CONFIG_INVALID`; CarusoError `PROVIDER_LOST` when the vessel is lost
   */
  static async load(options: IsolationOptions, vessel: Vessel): Promise<IsolatedInstance> {
    const { component, version, entry, isolation, config } = options.spec
    const instance = new IsolatedInstance(options, vessel)
    try {
      instance.#description = (await instance.#step('load', { id: options.id, component, version, entry, isolation, config })) as Description
      instance.#hostService.declare(instance.#description)
      return instance
    } catch (error) {
      await instance.dispose()
      throw error
    }
  }

  get state(): InstanceState {
    return this.#lifecycle.state
  }

  get startMs(): number {
    return this.#lifecycle.startMs
  }

  get description(): Description {
    return this.#description ?? this.#notYet()
  }

  get held(): HeldState | undefined {
    if (this.description.state === undefined) return undefined
    const ask = async (verb: StateVerb, ...parameters: unknown[]): Promise<unknown> => await this.#step('state', [verb, ...parameters])
    return {
      open: async (version) => void (await ask('open', version)),
      next: async () => ((await ask('next')) as string | null) ?? undefined,
      seal: async () => void (await ask('seal')),
      release: async () => void (await ask('release')),
      take: async (portion, version) => void (await ask('take', portion, version)),
    }
  }

  get provider(): Provider {
    return this.#provider ?? this.#notYet()
  }

  async start(): Promise<void> {
    this.#lifecycle.move('starting')
    try {
      await this.#step('start', null)
    } catch (error) {
      await this.#end('failed')
      throw error
    }
    this.#provider = new Provider(this.id, this.spec.component, this.description.provides.map((contract) => this.#forward(contract)), false, this.description.state !== undefined)
    this.#lifecycle.move('ready')
  }

  /**
   * What carries calls there has never run: at 3,000 a second the first would wait until V8 has compiled it, and the others
   * behind them. It rests in between: at full speed the rehearsal, and V8 compiling beside it, take the processors from those who serve.
   */
  async warmUp(): Promise<void> {
    const until = Date.now() + warmUpLimit
    for (let done = 0; done < rehearsals && Date.now() < until; done += rehearsedAtOnce) {
      await Promise.all(Array.from({ length: rehearsedAtOnce }, async (_, n) => await this.#step('rehearse', { n })))
      await sleep(rest)
    }
  }

  async activate(): Promise<void> {
    await this.#step('activate', null)
    this.#lifecycle.move('active')
  }

  async deactivate(): Promise<void> {
    await this.#step('deactivate', null)
    this.#hostService.deafen()
    if (this.state === 'active') this.#lifecycle.move('ready')
  }

  /** Whoever blocks its event loop answers nobody; ending it is the only way to its successor. */
  async health(): Promise<Health> {
    try {
      const health = (await this.#step('health', null, healthTimeout)) as Health
      this.#silences = 0
      return health
    } catch (error) {
      if (++this.#silences === mostSilences) {
        this.#options.log.error({ component: this.spec.component, [this.#vessel.kind]: this.#vessel.number }, `Ended the ${this.#vessel.kind} of component "${this.spec.component}": it did not answer ${mostSilences} times`)
        this.kill()
      }
      return { ok: false, detail: `the ${this.#vessel.kind} does not answer: ${messageOf(error)}` }
    }
  }

  async dispose(): Promise<readonly string[]> {
    if (this.state === 'gone' || this.state === 'failed') return []
    this.#lifecycle.move('leaving')
    const left = await this.#step('dispose', null, disposeTimeout).then((answer) => this.#unloaded(answer as Unloaded), (error: unknown) => [`disposing failed: ${messageOf(error)}`])
    return (await this.#end('gone')) ? left : [...left, `its ${this.#vessel.kind} could not be ended`]
  }

  /** Ends it at once; its supervisor is told as of any other crash. */
  kill(): void {
    this.#vessel.kill()
  }

  #unloaded({ left, memory }: Unloaded): readonly string[] {
    const { component, version } = this.spec
    this.#options.log.info({ component, version, ...memory }, `Unloaded component "${component}" ${version} from its ${this.#vessel.kind}`)
    return left
  }

  #forward(contract: Contract): ProvidedService {
    const service = serviceKey(contract)
    const operations = Object.entries(contract.operations).map(([name, { stream }]) => [
      name,
      (input: unknown, call: Call) => (stream === undefined ? this.#open().call(service, name, encodeCaller(call.caller), input, call) : this.#open().stream(service, name, encodeCaller(call.caller), input, call)),
    ])
    return { contract, implementation: Object.fromEntries(operations) as ProvidedService['implementation'] }
  }

  async #step(operation: string, input: unknown, timeout = stepTimeout): Promise<unknown> {
    return await this.#wire.call(control.instance, operation, 'null', input, controlCall(timeout))
  }

  #tell(operation: string, input: unknown): void {
    // Nobody waits for what it is told; when it is gone, its exit says so.
    this.#step(operation, input).catch((err: unknown) => this.#options.log.debug({ component: this.spec.component, err }, `Told component "${this.spec.component}" an event: ${messageOf(err)}`))
  }

  /** Who really asks: the caller of the call from which this one descends; a root of its own has no permissions but its grants. */
  #callerOf(wire: unknown, frame: CallFrame): Caller {
    const [, identity] = Array.isArray(wire) ? (wire as unknown[]) : []
    const { component, grants } = this.#hostService.consumer
    const parent = this.#parentOf({ ...frame, caller: wire })
    if (parent !== undefined) return parent.caller
    return { component, identity: typeof identity === 'string' ? identity : component, permissions: [], grants }
  }

  #parentOf(frame: CallFrame): Call | undefined {
    const [parent] = Array.isArray(frame.caller) ? (frame.caller as unknown[]) : []
    return typeof parent === 'number' ? this.#wire.requester.pendingCall(parent) : undefined
  }

  /** The wire to it. Where it has closed and the exit is still to be told, callers are sent elsewhere first. */
  #open(): PipeWire {
    if (!this.#vessel.pipe.open) this.#pipeClosed()
    return this.#wire
  }

  /** A vessel without its pipe is of no use; its exit tells the supervisor. */
  #pipeClosed(): void {
    if (this.#ends()) return
    this.#options.bus.exchange([], [this.id])
    this.kill()
  }

  #exit(reason: string): void {
    if (!this.#ends()) {
      this.#lifecycle.move('failed')
      // The registry forgets the instance first, so that whatever is repeated goes elsewhere.
      this.#options.crashed(this, reason)
    }
    this.#hostService.close()
    this.#provider?.close()
    this.#wire.close(new CarusoError('PROVIDER_LOST', `Waited for component "${this.spec.component}" ${this.spec.version}: its ${this.#vessel.kind} is gone (${reason})`))
  }

  /** Ends it; resolves to whether that worked: a thread that is stuck in native code stays. */
  async #end(last: 'gone' | 'failed'): Promise<boolean> {
    if (!this.#ends()) this.#lifecycle.move('leaving')
    const { promise: stuck, resolve } = Promise.withResolvers<false>()
    const timers = [setTimeout(() => this.kill(), exitTimeout), setTimeout(() => resolve(false), killTimeout)]
    this.#wire.close(new CarusoError('PROVIDER_LOST', `Waited for component "${this.spec.component}" ${this.spec.version}: its ${this.#vessel.kind} ends`))
    const ended = await Promise.race([this.#vessel.gone.then(() => true), stuck])
    timers.forEach((timer) => clearTimeout(timer))
    if (this.state === 'leaving') this.#lifecycle.move(last)
    return ended
  }

  /** Whether its end is known, so that its exit is no crash. */
  #ends(): boolean {
    return this.state === 'leaving' || this.state === 'gone' || this.state === 'failed'
  }

  #notYet(): never {
    throw new KernelError('STATE_INVALID', `Asked for what component "${this.spec.component}" serves: it is "${this.state}"`)
  }
}

function controlCall(timeout: number): Call {
  return new CallContext(Date.now() + timeout, { component: 'host', identity: 'host', permissions: [], grants: [] }, newTraceparent(), undefined, undefined, false)
}
