import type { CallContext } from '@caruso/bus/pipe'

/** The services by which a host speaks to an isolated instance, and the instance to its host. */
export const control = { instance: '$instance', host: '$host', requirement: 'require:' } as const

/** Characters of a message in the log. */
export const longestMessage = 10_000

/** What a host asks of the state that an instance holds. */
export type StateVerb = 'open' | 'next' | 'seal' | 'release' | 'take'

/** Serves what answers once; whoever finds it for a stream has not asked whether it is one. */
export function answeringOnce(answer: (input: unknown, call: CallContext) => unknown): { run(input: unknown, call: CallContext): Promise<unknown>; runStream(): never } {
  const runStream = (): never => {
    throw new TypeError('expected a stream, found what answers once')
  }
  return { run: async (input, call) => (await answer(input, call)) ?? null, runStream }
}
