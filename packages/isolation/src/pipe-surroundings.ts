import { CallContext, decodeCaller, type HeardEvent, isTraceparent, newTraceparent, type PipeWire } from '@caruso/bus/pipe'
import { messageOf, type Call, type Caller, type Contract } from '@caruso/contract'
import { type AvailablePath, callTimeout, type ComponentSpec, type Disposer, KernelError, type Log, type PublicServices, type RequirementDescription, type Surroundings } from '@caruso/kernel/instance'
import { inspect } from 'node:util'
import { control, longestMessage } from './control.ts'

type Heard = (event: HeardEvent, call: Call) => void

/** How an isolated instance reaches the others: it asks its host, who knows what it may. */
export class PipeSurroundings implements Surroundings {
  readonly log: Log
  readonly #wire: PipeWire
  readonly #parents = new WeakMap<Caller, number>()
  readonly #listeners = new Map<string, Set<Heard>>()
  #available: ReadonlySet<string> = new Set()
  #component = ''
  #isolation = ''

  constructor(wire: PipeWire) {
    this.#wire = wire
    const write = (level: string) => (...[fields, message]: unknown[]) => this.#tell('log', { level, fields: plain(fields), message: textOf(typeof fields === 'string' ? fields : message) })
    this.log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  }

  /** Says whose surroundings these are. */
  introduce({ component, isolation }: Pick<ComponentSpec, 'component' | 'isolation'>): void {
    this.#component = component
    this.#isolation = isolation
  }

  /** Learns which optional requirements are there. */
  async begin(): Promise<void> {
    this.#available = new Set((await this.#ask('available', null)) as string[])
  }

  /** The caller that a call came from; calls that descend from it are told to the host by its id. */
  remember(wire: unknown, id: number): Caller {
    const caller = decodeCaller(wire)
    this.#parents.set(caller, id)
    return caller
  }

  /** Takes what the host tells: an event, or which optional requirements are there. */
  heard(input: unknown): void {
    const told = input as { available?: string[]; trace?: string; caller?: Caller } & HeardEvent
    if (told.available !== undefined) {
      this.#available = new Set(told.available)
      return
    }
    const caller = told.caller ?? { component: told.component, identity: '', permissions: [], grants: [] }
    const trace = told.trace !== undefined && isTraceparent(told.trace) ? told.trace : newTraceparent()
    for (const listener of [...(this.#listeners.get(`${told.contract}.${told.event}`) ?? [])]) listener(told, new CallContext(Date.now() + callTimeout, caller, trace, undefined, undefined, false))
  }

  path(requirement: RequirementDescription, _contract: Contract): AvailablePath {
    const service = `${control.requirement}${requirement.key}`
    const available = (): boolean => this.#available.has(requirement.key)
    return {
      get available() {
        return available()
      },
      call: (operation, input, call) => this.#wire.call(service, operation, this.#caller(call), input, next(call)),
      stream: (operation, input, call) => this.#wire.stream(service, operation, this.#caller(call), input, next(call)),
    }
  }

  call(origin: { readonly as?: string; readonly timeout?: number; readonly trace?: string }): Call {
    const caller = { component: this.#component, identity: origin.as ?? this.#component, permissions: [], grants: [] }
    return new CallContext(Date.now() + (origin.timeout ?? callTimeout), caller, origin.trace ?? newTraceparent(), undefined, undefined, false)
  }

  emit(contract: Contract, event: string, payload: unknown, call: Call): void {
    this.#tell('emit', { contract: contract.name, version: contract.version, event, payload }, call)
  }

  on(topic: string, heard: Heard): Disposer {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners.add(heard))
    if (listeners.size === 1) this.#tell('on', { topic })
    return () => {
      listeners.delete(heard)
      if (listeners.size > 0) return
      this.#listeners.delete(topic)
      this.#tell('off', { topic })
    }
  }

  async listen(): Promise<number> {
    return await Promise.reject(new KernelError('START_FAILED', `Listened to a port from component "${this.#component}": it is isolated as "${this.#isolation}", and ports are served inline only`, { details: { inlineOnly: this.#component } }))
  }

  publicServices(): PublicServices {
    throw new KernelError('START_FAILED', `Started component "${this.#component}": it is isolated as "${this.#isolation}", and every public service is offered inline only`, { details: { inlineOnly: this.#component } })
  }

  #caller(call: Call): string {
    return JSON.stringify([this.#parents.get(call.caller) ?? 0, call.caller.identity])
  }

  async #ask(operation: string, input: unknown, call: Call = this.call({})): Promise<unknown> {
    return await this.#wire.call(control.host, operation, this.#caller(call), input, call)
  }

  #tell(operation: string, input: unknown, call?: Call): void {
    this.#ask(operation, input, call).catch((err: unknown) => {
      // When the host is gone the instance ends, and there is nobody else to tell.
      if (operation !== 'log') this.log.warn({ err }, `Asked the host for "${operation}": ${messageOf(err)}`)
    })
  }
}

/** A call made with the context of another: a key is not inherited. */
function next(call: Call): Call {
  return new CallContext(call.deadline, call.caller, call.trace, call.nextKey, call, call.cancellable)
}

/** A line that is refused is lost, so a message is cut before. */
function textOf(message: unknown): string {
  return typeof message === 'string' ? message.slice(0, longestMessage) : ''
}

/** Log fields as JSON values; an error keeps its name, message and stack, and what is no JSON is told in words. */
function plain(fields: unknown): Record<string, unknown> {
  if (typeof fields !== 'object' || fields === null) return {}
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? { type: value.name, message: value.message, stack: value.stack } : inJson(value)]))
}

function inJson(value: unknown): unknown {
  try {
    JSON.stringify(value)
    return value
  } catch {
    return inspect(value)
  }
}
