import { CarusoError } from '@caruso/contract'

export type TestingCode = 'DOUBLE_INVALID' | 'NOT_DOUBLED' | 'NOT_POSSIBLE' | 'LEFT_BEHIND'

/** A failure of a test's own parts, or what it found left behind. */
export class TestingError extends CarusoError {
  constructor(code: TestingCode, message: string) {
    super(code, message)
    this.name = 'TestingError'
  }
}
