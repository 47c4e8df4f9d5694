import { CarusoError } from '@caruso/contract'

/** What was typed cannot be done: `USAGE`, or `NOT_RUNNING` where there is nothing to ask. */
export class CliError extends CarusoError {
  constructor(code: 'USAGE' | 'NOT_RUNNING', message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
    this.name = 'CliError'
  }
}
