import { CarusoError } from '@caruso/contract'

export type DialogCode = 'SCRIPT_INVALID' | 'SCRIPT_UNKNOWN' | 'SCRIPT_UNUSABLE' | 'SCRIPTS_UNREADABLE' | 'DIALOG_UNKNOWN' | 'DIALOG_MOVED' | 'DIALOG_SUSPENDED' | 'DIALOG_FORBIDDEN' | 'INPUT_INVALID' | 'SCRIPT_LOOPS' | 'DIALOG_OVER' | 'BEHIND_COMMIT' | 'DIALOG_TOO_LONG' | 'NOT_WAITED_FOR' | 'USAGE'

/** A failure of dialogs: what was tried, on which script or dialog, and what was found. `USAGE` for what was typed. */
export class DialogError extends CarusoError {
  constructor(code: DialogCode, message: string, options?: { readonly cause?: unknown; readonly details?: unknown }) {
    super(code, message, options)
    this.name = 'DialogError'
  }
}
