import type { Call } from '@caruso/contract'

/** A call of the component "tests" with ten seconds. */
export function makeCall(change: Partial<Call> = {}): Call {
  return {
    deadline: Date.now() + 10_000,
    caller: { component: 'tests', identity: 'tester', permissions: ['storage.sql'], grants: [] },
    trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    key: undefined,
    nextKey: undefined,
    through: [],
    cancellable: true,
    signal: new AbortController().signal,
    ...change,
  }
}
