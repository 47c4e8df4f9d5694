import { CarusoError } from '@caruso/contract'

export type LegacyCode = 'CUSTOMER_UNKNOWN' | 'ORDER_UNKNOWN' | 'LEGACY_VALUE'

/** A failure of the wrapper: what it looked for in the legacy database, and what it found there. */
export class LegacyError extends CarusoError {
  constructor(code: LegacyCode, message: string) {
    super(code, message)
    this.name = 'LegacyError'
  }
}
