/** Milliseconds between two questions. */
const interval = 1_000

/** Asks the host that was to give a component away whether it did, until it says so; undefined once nobody wants to know any more. */
export async function askUntilTold(ask: () => Promise<'yes' | 'no' | 'open'>, signal: AbortSignal): Promise<boolean | undefined> {
  while (!signal.aborted) {
    const answer = await ask()
    if (answer !== 'open' && !signal.aborted) return answer === 'yes'
    await pause(signal)
  }
  return undefined
}

async function pause(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, interval)
  const stop = (): void => resolve()
  signal.addEventListener('abort', stop)
  await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', stop)
}
