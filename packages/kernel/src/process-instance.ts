import { type Bus, CallContext, type CallFrame, type Consumer, encodeCaller, newTraceparent, PipeWire, type ProvidedService, Provider, serviceKey } from '@caruso/bus'
import { CarusoError, messageOf, type Call, type Caller, type Contract } from '@caruso/contract'
import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { KernelError } from './errors.ts'
import { HostService } from './host-service.ts'
import type { ComponentSpec, Description, Instance } from './instance.ts'
import { Lifecycle, type InstanceState } from './lifecycle.ts'
import type { Log } from './log.ts'
import { control } from './control.ts'
import { processPermissions } from './process-permissions.ts'
import type { Health } from './scope.ts'

/** Milliseconds that an isolated process may take for a step of its life, and to say how it is. */
const stepTimeout = 60_000
const healthTimeout = 4_000
/** How often it may fail to answer before it is ended. */
const mostSilences = 3
const disposeTimeout = 10_000
const exitTimeout = 2_000
const heapMegabytes = 512
/** Small, since every isolated component pays for it; the default would grow to 16. */
const youngMegabytes = 2

export interface ProcessOptions {
  readonly id: string
  readonly spec: ComponentSpec
  readonly bus: Bus
  readonly log: Log
  /** Called when the process ends though nobody asked it to. */
  crashed(instance: Instance, reason: string): void
}

/** An instance in a process of its own: it has no connection but a pipe to its host, who checks and stamps what it asks. */
export class ProcessInstance implements Instance {
  readonly id: string
  readonly spec: ComponentSpec
  readonly started = new Date()
  readonly #options: ProcessOptions
  readonly #child: ChildProcess
  readonly #socket: Socket
  readonly #wire: PipeWire
  readonly #hostService: HostService
  readonly #lifecycle: Lifecycle
  readonly #exited: Promise<void>
  #description: Description | undefined
  #provider: Provider | undefined
  #silences = 0

  private constructor(options: ProcessOptions, consumer: Consumer, permissions: readonly string[]) {
    const { id, spec, bus, log } = options
    this.id = id
    this.spec = spec
    this.#options = options
    this.#lifecycle = new Lifecycle(`component "${spec.component}" ${spec.version}`)
    this.#child = spawn(process.execPath, [...childArguments(), ...permissions, childFile], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: childEnvironment() })
    this.#hostService = new HostService(bus, consumer, log, { parent: (frame) => this.#parentOf(frame), event: (input) => this.#tell('event', input) })
    this.#socket = this.#child.stdio[3] as Socket
    this.#wire = new PipeWire(this.#socket, { find: (service, operation, stream) => this.#hostService.find(service, operation, stream), caller: (wire, frame) => this.#callerOf(wire, frame) }, () => this.#pipeClosed())
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => log.warn({ component: spec.component }, line))
    }
    this.#child.once('error', (error) => this.#exit(messageOf(error)))
    this.#child.once('exit', (code, signal) => this.#exit(signal === null ? `exit code ${code}` : `signal ${signal}`))
    // It has exited before its output has been read and its pipes are closed.
    this.#exited = new Promise((resolve) => this.#child.once('close', () => resolve()))
  }

  /**
   * Starts a process and has it load the plugin and check the configuration.
   *
   * @throws KernelError `PLUGIN_NOT_LOADED` or `CONFIG_INVALID`; CarusoError `PROVIDER_LOST` when the process ends
   */
  static async load(options: ProcessOptions, consumer: Consumer): Promise<ProcessInstance> {
    const { component, version, entry, config, data } = options.spec
    const permissions = await processPermissions(typeof entry === 'string' ? [childFile, entry] : [childFile], data === undefined ? [] : [data])
    const instance = new ProcessInstance(options, consumer, permissions)
    try {
      instance.#description = (await instance.#step('load', { id: options.id, component, version, entry, config })) as Description
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

  get provider(): Provider {
    return this.#provider ?? this.#notYet()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  async start(): Promise<void> {
    this.#lifecycle.move('starting')
    try {
      await this.#step('start', null)
    } catch (error) {
      await this.#end('failed')
      throw error
    }
    this.#provider = new Provider(this.id, this.spec.component, this.description.provides.map((contract) => this.#forward(contract)), false)
    this.#lifecycle.move('ready')
  }

  async activate(): Promise<void> {
    await this.#step('activate', null)
    this.#lifecycle.move('active')
  }

  async deactivate(): Promise<void> {
    await this.#step('deactivate', null)
    this.#hostService.deafen()
    this.#lifecycle.move('ready')
  }

  /** A process that blocks its event loop answers nobody; ending it is the only way to its successor. */
  async health(): Promise<Health> {
    try {
      const health = (await this.#step('health', null, healthTimeout)) as Health
      this.#silences = 0
      return health
    } catch (error) {
      if (++this.#silences === mostSilences) {
        this.#options.log.error({ component: this.spec.component, pid: this.pid }, `Ended the process of component "${this.spec.component}": it did not answer ${mostSilences} times`)
        this.kill()
      }
      return { ok: false, detail: `the process does not answer: ${messageOf(error)}` }
    }
  }

  async dispose(): Promise<readonly string[]> {
    if (this.state === 'gone' || this.state === 'failed') return []
    this.#lifecycle.move('leaving')
    const left = await this.#step('dispose', null, disposeTimeout).then((words) => words as readonly string[], (error: unknown) => [`disposing failed: ${messageOf(error)}`])
    await this.#end('gone')
    return left
  }

  /** Ends the process at once; its supervisor is told as of any other crash. */
  kill(): void {
    this.#child.kill('SIGKILL')
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
    // Nobody waits for what the process is told; when it is gone, its exit says so.
    this.#step(operation, input).catch((err: unknown) => this.#options.log.debug({ component: this.spec.component, err }, `Told the process of component "${this.spec.component}" an event: ${messageOf(err)}`))
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

  /** The wire to the process. Where it has closed and the exit is still to be told, callers are sent elsewhere first. */
  #open(): PipeWire {
    if (!this.#socket.writable) this.#pipeClosed()
    return this.#wire
  }

  /** A process without its pipe is of no use; its exit tells the supervisor. */
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
    this.#wire.close(new CarusoError('PROVIDER_LOST', `Waited for component "${this.spec.component}" ${this.spec.version}: its process is gone (${reason})`))
  }

  async #end(last: 'gone' | 'failed'): Promise<void> {
    if (!this.#ends()) this.#lifecycle.move('leaving')
    const timer = setTimeout(() => {
      this.kill()
      // A program that its native code started may hold its output open.
      for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.destroy()
    }, exitTimeout)
    this.#wire.close(new CarusoError('PROVIDER_LOST', `Waited for component "${this.spec.component}" ${this.spec.version}: its process ends`))
    await this.#exited
    clearTimeout(timer)
    if (this.state === 'leaving') this.#lifecycle.move(last)
  }

  /** Whether its end is known, so that its exit is no crash. */
  #ends(): boolean {
    return this.state === 'leaving' || this.state === 'gone' || this.state === 'failed'
  }

  #notYet(): never {
    throw new KernelError('STATE_INVALID', `Asked for what component "${this.spec.component}" serves: it is "${this.state}"`)
  }
}

const childFile = join(import.meta.dirname, `process-main${extname(import.meta.filename)}`)

function childArguments(): string[] {
  const isCondition = (argument: string | undefined): boolean => argument === '--conditions' || argument === '-C'
  const conditions = process.execArgv.filter((argument, index, all) => isCondition(argument) || argument.startsWith('--conditions=') || isCondition(all[index - 1]))
  return [...conditions, `--max-old-space-size=${heapMegabytes}`, `--max-semi-space-size=${youngMegabytes}`]
}

/** A process of its own sees nothing of the host's environment but what a program needs to run. */
function childEnvironment(): NodeJS.ProcessEnv {
  const passed = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'TEMP', 'SystemRoot', 'NODE_ENV']
  return Object.fromEntries(passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
}

function controlCall(timeout: number): Call {
  return new CallContext(Date.now() + timeout, { component: 'host', identity: 'host', permissions: [], grants: [] }, newTraceparent(), undefined, undefined, false)
}
