import type { Call, Client, Contract } from '@caruso/contract'

type Operation = (input: unknown, call: Call) => unknown

/** Freezes a value through and through, so that whoever changes what was passed to it fails right there. */
export function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}

/** The same client with every value that passes through it frozen. */
export function frozenClient<C extends Contract>(contract: C, client: Client<C>): Client<C> {
  return frozenOperations(contract, client) as Client<C>
}

/** The same operations with every value that passes through them frozen. */
export function frozenOperations(contract: Contract, operations: Readonly<Record<string, unknown>>): Readonly<Record<string, Operation>> {
  const frozen = Object.entries(contract.operations).map(([name, { stream }]): [string, Operation] => {
    const operation = operations[name] as Operation
    if (stream !== undefined) return [name, (input, call) => frozenItems(operation(freeze(input), call) as AsyncIterable<unknown>)]
    return [name, async (input, call) => freeze(await operation(freeze(input), call))]
  })
  return Object.fromEntries(frozen)
}

async function* frozenItems(items: AsyncIterable<unknown>): AsyncGenerator<unknown, void> {
  for await (const item of items) yield freeze(item)
}
