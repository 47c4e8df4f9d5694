import type { Call } from '@caruso/contract'

/** How many components a call can be told to be work of; what nests deeper is not taken by the first of them while they are paused. */
const most = 32
const namePattern = /^[A-Za-z0-9_-]{1,96}$/

/** What nearly every call is work of: no component that holds state. */
export const throughNone: readonly string[] = Object.freeze([])

/** The call as work of a component that holds state, which takes what descends from it even while it is paused. */
export function throughAlso(call: Call, component: string): Call {
  return call.through.includes(component) ? call : withThrough(call, [...call.through, component].slice(-most))
}

/** The same call, as work of these components. */
export function withThrough(call: Call, through: readonly string[]): Call {
  const { deadline, caller, key, nextKey, cancellable } = call
  return {
    deadline,
    caller,
    key,
    nextKey,
    cancellable,
    through,
    get trace() {
      return call.trace
    },
    get signal() {
      return call.signal
    },
  }
}

/** The components that a frame names, none where it names none; undefined where it names something else. */
export function decodeThrough(wire: unknown): readonly string[] | undefined {
  if (wire === undefined) return throughNone
  return Array.isArray(wire) && wire.length <= most && wire.every((name) => typeof name === 'string' && namePattern.test(name)) ? (wire as string[]) : undefined
}
