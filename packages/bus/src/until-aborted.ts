import { isCarusoError } from '@caruso/contract'
import { BusError } from './errors.ts'

/**
 * Reads a stream until it ends or the signal aborts, then also where its maker hangs and would never end it.
 * `released` is told, with what ended it early, when the maker has let go: after an abort also while the reader sleeps,
 * and where the maker hangs only when it is done, though the reader has gone on.
 *
 * @throws the signal's reason, as `CANCELLED` where it is none of ours
 */
export async function* untilAborted(open: () => AsyncIterable<unknown>, signal: AbortSignal, released: (failure: unknown) => void): AsyncGenerator<unknown, void> {
  let items: AsyncIterator<unknown> | undefined
  let failure: unknown
  let ended = false
  let left = false
  const letGo = (): void => {
    if (left) return
    left = true
    signal.removeEventListener('abort', letGo)
    const told = signal.aborted ? reasonOf(signal) : failure
    if (ended || items?.return === undefined) released(told)
    // What goes wrong while the maker lets go is told to nobody: its reader has left.
    else items.return().then(() => released(told), () => released(told))
  }
  signal.addEventListener('abort', letGo)
  try {
    items = open()[Symbol.asyncIterator]()
    for (;;) {
      const step = await nextOf(items, signal)
      ended = step.done === true
      if (ended) return
      yield step.value
    }
  } catch (error) {
    ended = !signal.aborted
    failure = error
    throw error
  } finally {
    letGo()
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
