import { CarusoError } from '@caruso/contract'

/** A request that nobody here can answer. */
export class BackOfficeError extends CarusoError {
  constructor(code: 'REQUEST_UNKNOWN', message: string) {
    super(code, message)
    this.name = 'BackOfficeError'
  }
}
