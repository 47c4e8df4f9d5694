import { messageOf } from '@caruso/contract'
import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import pino, { type Logger } from 'pino'

const errorLevel = 50
/** Bytes that wait while the file cannot be written; lines beyond are lost. */
const mostWaiting = 1_048_576

/** Fields that must not be written, wherever they stand: secrets, and what belongs to persons. */
const redacted = ['password', 'secret', 'token', 'authorization', 'cookie', 'email', 'phone', 'config', 'input'].flatMap((name) => [name, `*.${name}`])

/**
 * The log of a host: JSON lines in a file that only the user can read; warnings and errors also go to the terminal.
 */
export function openLog(file: string, tell: (line: string) => void): Logger {
  mkdirSync(dirname(file), { recursive: true })
  const destination = pino.destination({ dest: file, sync: true, mode: 0o600, append: true, maxLength: mostWaiting })
  chmodSync(file, 0o600)
  // A full disk must not end the host: what is not written waits for the next line that is.
  let isFailing = false
  destination.on('write', () => (isFailing = false)).on('error', (error: unknown) => {
    if (!isFailing) tell(`warning: Wrote log ${JSON.stringify(file)}: ${messageOf(error)}`)
    isFailing = true
  })
  const loud = {
    write: (line: string) => {
      const { level, msg, component } = JSON.parse(line) as { level: number; msg?: string; component?: string }
      tell(`${level >= errorLevel ? 'error' : 'warning'}: ${component === undefined ? '' : `${component}: `}${msg ?? ''}`)
    },
  }
  return pino({ base: null, redact: { paths: redacted, censor: '••••' }, timestamp: pino.stdTimeFunctions.isoTime }, pino.multistream([{ level: 'info', stream: destination }, { level: 'warn', stream: loud }]))
}
