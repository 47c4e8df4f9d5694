import { CarusoError } from '@caruso/contract'

/** What can go wrong between a caller and a provider; a provider's own errors keep their own codes. */
export type BusCode =
  | 'CANCELLED'
  | 'DEADLINE_EXCEEDED'
  | 'FORBIDDEN'
  | 'HANDLER_FAILED'
  | 'INVALID_INPUT'
  | 'INVALID_OUTPUT'
  | 'MOVED'
  | 'NO_PROVIDER'
  | 'NOT_CONNECTED'
  | 'NOT_DELIVERED'
  | 'PROVIDER_LOST'
  | 'TOO_LARGE'
  | 'UNDECLARED'
  | 'UNKNOWN_OPERATION'

/** A failure on the way between caller and provider. */
export class BusError extends CarusoError {
  constructor(code: BusCode, message: string, options?: { readonly cause?: unknown; readonly details?: unknown }) {
    super(code, message, options)
    this.name = 'BusError'
  }
}
