import { CarusoError } from '@caruso/contract'

/** A failure of a backup: what was tried, and what was found. `USAGE` for what was typed. */
export class BackupError extends CarusoError {
  constructor(code: 'BACKUP_FAILED' | 'BACKUP_INVALID' | 'USAGE', message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
    this.name = 'BackupError'
  }
}
