import { CarusoError } from '@caruso/contract'

export type GatewayCode = 'CANCELLED' | 'HOST_REFUSED' | 'METHOD_NOT_ALLOWED' | 'NOT_FOUND' | 'ORIGIN_REFUSED' | 'REQUEST_INVALID' | 'TOO_MANY_REQUESTS'

/** A request that the gateway refuses by itself, before anybody is called. */
export class GatewayError extends CarusoError {
  constructor(code: GatewayCode, message: string, options?: { readonly cause?: unknown; readonly details?: unknown }) {
    super(code, message, options)
    this.name = 'GatewayError'
  }
}
