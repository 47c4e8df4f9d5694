import { contract, Type } from '@caruso/contract'

/** Who answered, and when the call reached it (ms, monotonic). */
const Arrival = Type.Object({ name: Type.String(), at: Type.Number() })
export type Arrival = Type.Static<typeof Arrival>

/** Says who is asked: at once, or after a few milliseconds, so that there is something in flight. */
export const Who = contract({
  name: 'who',
  version: '1.0.0',
  operations: {
    instant: { input: Type.Object({}), output: Arrival, idempotent: true },
    repeatable: { input: Type.Object({}), output: Arrival, idempotent: true },
    once: { input: Type.Object({}), output: Arrival },
  },
})
