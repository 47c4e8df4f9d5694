import { isCarusoError } from '@caruso/contract'
import { BusError } from './errors.ts'

/**
 * Reads a stream until it ends or the signal aborts, then also where its maker hangs and would never end it.
 * `released` is told when the maker has let go, which may be after the reader has gone on.
 *
 * @throws the signal's reason, as `CANCELLED` where it is none of ours
 */
export async function* untilAborted(open: () => AsyncIterable<unknown>, signal: AbortSignal, released: () => void): AsyncGenerator<unknown, void> {
  let items: AsyncIterator<unknown> | undefined
  let ended = false
  try {
    items = open()[Symbol.asyncIterator]()
    for (;;) {
      let step: IteratorResult<unknown>
      try {
        step = await nextOf(items, signal)
        ended = step.done === true
      } catch (error) {
        ended = !signal.aborted
        throw error
      }
      if (ended) return
      yield step.value
    }
  } finally {
    if (ended || items?.return === undefined) released()
    // What goes wrong while the maker lets go is told to nobody: its reader has left.
    else items.return().then(released, released)
  }
}

function nextOf(items: AsyncIterator<unknown>, signal: AbortSignal): Promise<IteratorResult<unknown>> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(reasonOf(signal))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    const settle = (): void => signal.removeEventListener('abort', abort)
    items.next().then(
      (step) => {
        settle()
        resolve(step)
      },
      (error: unknown) => {
        settle()
        reject(error instanceof Error ? error : new TypeError(`A stream failed with ${typeof error}`, { cause: error }))
      },
    )
  })
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason
  return isCarusoError(reason) ? reason : new BusError('CANCELLED', 'Read a stream: its caller cancelled', { cause: reason })
}
