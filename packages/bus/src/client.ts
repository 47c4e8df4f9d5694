import type { Call, Client, Contract } from '@caruso/contract'

/** What asks for one contract: in this process, over NATS, or through the host of an isolated component. */
export interface CallPath {
  call(operation: string, input: unknown, call: Call): Promise<unknown>
  stream(operation: string, input: unknown, call: Call): AsyncIterable<unknown>
}

/** The typed client of a contract: one function per operation. */
export function clientOf<C extends Contract>(contract: C, path: CallPath): Client<C> {
  const operations = Object.entries(contract.operations).map(([name, operation]) => [
    name,
    operation.stream === undefined ? (input: unknown, call: Call) => path.call(name, input, call) : (input: unknown, call: Call) => path.stream(name, input, call),
  ])
  // The types of the operations are those of the contract; the path is the same for all of them.
  return Object.freeze(Object.fromEntries(operations)) as Client<C>
}
