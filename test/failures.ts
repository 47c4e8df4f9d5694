import { codeOf } from '@caruso/contract'

/** What a failure of work that must fail is. */
export async function errorFrom(work: Promise<unknown>): Promise<Error & { readonly code?: unknown; readonly details?: unknown }> {
  try {
    await work
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('Expected a failure: it succeeded')
}

/** The code of the failure, undefined where there is none. */
export async function codeFrom(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => codeOf(error),
  )
}
