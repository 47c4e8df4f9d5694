import { CarusoError } from '@caruso/contract'

export type KernelCode =
  | 'PLUGIN_INVALID'
  | 'PLUGIN_NOT_LOADED'
  | 'CONFIG_INVALID'
  | 'ISOLATION_MISSING'
  | 'UNDECLARED'
  | 'DEPENDENCY_MISSING'
  | 'DEPENDENCY_CYCLE'
  | 'START_FAILED'
  | 'SELF_TEST_FAILED'
  | 'STATE_INVALID'
  | 'ENTRY_INVALID'

/** A failure of the kernel: what it tried, on what, and what it found. */
export class KernelError extends CarusoError {
  constructor(code: KernelCode, message: string, options?: { readonly cause?: unknown; readonly details?: unknown }) {
    super(code, message, options)
    this.name = 'KernelError'
  }
}
