import { CarusoError } from '@caruso/contract'

/** A failure of the wrapper: what it looked for in the legacy database, and what it found there. */
export class LegacyError extends CarusoError {
  constructor(code: 'ARTICLE_UNKNOWN' | 'LEGACY_VALUE', message: string) {
    super(code, message)
    this.name = 'LegacyError'
  }
}
