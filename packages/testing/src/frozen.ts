import { deepFreeze, type Call, type Client, type Contract } from '@caruso/contract'

type Operation = (input: unknown, call: Call) => unknown

/** The same client with every value that passes through it frozen. */
export function frozenClient<C extends Contract>(contract: C, client: Client<C>): Client<C> {
  return frozenOperations(contract, client) as Client<C>
}

/** The same operations with every value that passes through them frozen. */
export function frozenOperations(contract: Contract, operations: Readonly<Record<string, unknown>>): Readonly<Record<string, Operation>> {
  const frozen = Object.entries(contract.operations).map(([name, { stream }]): [string, Operation] => {
    const operation = operations[name] as Operation
    if (stream !== undefined) return [name, (input, call) => frozenItems(operation(deepFreeze(input), call) as AsyncIterable<unknown>)]
    return [name, async (input, call) => deepFreeze(await operation(deepFreeze(input), call))]
  })
  return Object.fromEntries(frozen)
}

async function* frozenItems(items: AsyncIterable<unknown>): AsyncGenerator<unknown, void> {
  for await (const item of items) yield deepFreeze(item)
}
