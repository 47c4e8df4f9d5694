import type { Caller } from '@caruso/contract'
import { BusError } from './errors.ts'
import { decodeCaller } from './protocol.ts'
import type { Provider } from './provider.ts'
import type { ResponderTarget } from './responder.ts'

/** What a responder finds at an instance of this process, for callers at the other end of a wire. */
export function providerTarget(provider: Provider): ResponderTarget {
  // The calls of one message mostly come from one caller, and are handed the very same value.
  let read: { readonly wire: unknown; readonly caller: Caller } | undefined
  return {
    find: (service, operation, stream) => {
      const served = provider.operation(service, operation)
      if (served === undefined || (served.operation.stream !== undefined) !== stream) throw new BusError('UNKNOWN_OPERATION', `Called operation "${operation}" of "${service}" at component "${provider.component}": it is not served there as a ${stream ? 'stream' : 'single answer'}`)
      return served
    },
    caller: (wire) => {
      const known = read !== undefined && read.wire === wire ? read : { wire, caller: decodeCaller(wire) }
      read = known
      return known.caller
    },
  }
}
