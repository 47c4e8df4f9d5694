import { codeOf } from '@caruso/contract'
import type { Call } from '@caruso/contract'
import { setTimeout } from 'node:timers/promises'
import { StorageError } from './errors.ts'

const longestPause = 50

/**
 * Repeats what another's lock prevents, or a conflict of transactions, until the call's deadline. It is never a driver
 * that waits: one that is in this process would hold the event loop.
 */
export async function patiently<T>(call: Call, work: () => T | Promise<T>): Promise<T> {
  for (let pause = 1; ; pause = Math.min(pause * 2, longestPause)) {
    if (isOver(call)) throw cancelled(call)
    try {
      return await work()
    } catch (error) {
      if (codeOf(error) !== 'SOURCE_BUSY') throw error
      if (Date.now() + pause >= call.deadline) throw error
    }
    // Two that met do not meet again at the same moment.
    await setTimeout(pause * (0.5 + Math.random() / 2))
  }
}

/** What of a call says how long somebody waits. */
export type Waiting = Pick<Call, 'deadline' | 'cancellable' | 'signal'>

/** Nobody waits for the answer any more; most calls have no signal yet, and are asked without making one. */
export function isOver(call: Waiting): boolean {
  return Date.now() >= call.deadline || (call.cancellable && call.signal.aborted)
}

export function cancelled(call: Waiting): StorageError {
  return new StorageError('CANCELLED', `Read or changed a data source: ${Date.now() >= call.deadline ? 'the deadline has passed' : 'the caller cancelled'}`)
}
