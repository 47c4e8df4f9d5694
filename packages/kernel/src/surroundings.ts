import type { CallPath, HeardEvent } from '@caruso/bus'
import type { Call, Contract } from '@caruso/contract'
import type { Server } from 'node:net'
import type { RequirementDescription } from './instance.ts'
import type { PublicServices } from './public-services.ts'
import type { Disposer, Ownership } from './scope.ts'

/** Milliseconds that a call of its own may take where it says nothing else. */
export const callTimeout = 10_000

/** A way to ask for a contract, and whether somebody answers there. */
export interface AvailablePath extends CallPath {
  readonly available: boolean
}

/** How an instance reaches the others: the bus of its host, or, where it is isolated, the host at the other end of a pipe. */
export interface Surroundings {
  path(requirement: RequirementDescription, contract: Contract): AvailablePath
  publicServices(owner: Ownership): PublicServices
  call(origin: { readonly as?: string; readonly timeout?: number; readonly trace?: string }): Call
  emit(contract: Contract, event: string, payload: unknown, call: Call): void
  on(topic: string, heard: (event: HeardEvent, call: Call) => void): Disposer
  listen(owner: Ownership, server: Server, at: { readonly port: number; readonly host: string }): Promise<number>
}
