import type { Call, Contract } from '@caruso/contract'
import { serviceKey } from './protocol.ts'
import { ServedOperation } from './served-operation.ts'
import type { CallContext } from './call-context.ts'
import { Deadlines } from './deadlines.ts'
import { BusError } from './errors.ts'
import { registeredTracer } from './tracing.ts'

/** A contract with the functions that implement it; whether their types fit was settled where the plugin was written. */
export interface ProvidedService {
  readonly contract: Contract
  readonly implementation: Readonly<Record<string, (input: never, call: Call) => unknown>>
}

/**
 * What an instance in reach of this process serves: it checks, runs and counts calls.
 *
 * `checks` is false where the functions only pass calls on to a process that checks by itself.
 */
export class Provider {
  readonly instance: string
  readonly component: string
  readonly checks: boolean
  readonly started = new Date()
  readonly deadlines = new Deadlines()
  readonly tracer = registeredTracer()
  /** The streams that are being read. */
  readonly streams = new Set<CallContext>()
  readonly #services = new Map<string, ReadonlyMap<string, ServedOperation>>()
  #inFlight = 0
  readonly #idle: (() => void)[] = []

  constructor(instance: string, component: string, services: readonly ProvidedService[], checks: boolean) {
    this.instance = instance
    this.component = component
    this.checks = checks
    for (const { contract, implementation } of services) {
      const operations = Object.entries(contract.operations).map(([name, operation]): [string, ServedOperation] => {
        const handler = implementation[name]
        return [name, new ServedOperation(this, contract, name, operation, handler as ((input: unknown, call: Call) => unknown) | undefined)]
      })
      this.#services.set(serviceKey(contract), new Map(operations))
    }
  }

  /** Calls and streams that were accepted and have not ended, by our own count. */
  get inFlight(): number {
    return this.#inFlight
  }

  operation(service: string, name: string): ServedOperation | undefined {
    return this.#services.get(service)?.get(name)
  }

  operations(): ServedOperation[] {
    return [...this.#services.values()].flatMap((operations) => [...operations.values()])
  }

  began(): void {
    this.#inFlight++
  }

  ended(): void {
    if (--this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Resolves to true when nothing is in flight any more, to false when the limit (ms) passes before. */
  async drained(limit: number): Promise<boolean> {
    if (this.#inFlight === 0) return true
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limit)
      this.#idle.push(() => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  }

  /** Gives up what has not ended: streams end with `MOVED`, calls with `PROVIDER_LOST`. */
  close(): void {
    const left = `the instance "${this.instance}" of component "${this.component}" has left`
    for (const stream of [...this.streams]) stream.cancel(new BusError('MOVED', `Read a stream: ${left}`))
    this.deadlines.close(new BusError('PROVIDER_LOST', `Waited for an answer: ${left}`))
  }
}
