import { deepFreeze, type Call, type Client, type Contract } from '@caruso/contract'
import type { LoadedPlugin, State } from '@caruso/kernel'

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

/** The same plugin, whose entries of state are frozen: one that is changed in place would not be handed over. */
export function withFrozenState(plugin: LoadedPlugin): LoadedPlugin {
  if (plugin.state === undefined) return plugin
  const start = plugin.start as (context: unknown) => unknown
  return {
    ...plugin,
    start: (context: { readonly state: State }) => {
      const state = frozenState(context.state)
      return start(new Proxy(context, { get: (target, name) => (name === 'state' ? state : (Reflect.get(target, name) as unknown)) }))
    },
  }
}

function frozenState(state: State): State {
  return {
    get size() {
      return state.size
    },
    get: (key) => deepFreeze(state.get(key)),
    set: (key, entry) => state.set(key, deepFreeze(entry)),
    delete: (key) => state.delete(key),
    entries: () => [...state.entries()].map(([key, entry]): [string, typeof entry] => [key, deepFreeze(entry)]),
  }
}

async function* frozenItems(items: AsyncIterable<unknown>): AsyncGenerator<unknown, void> {
  for await (const item of items) yield deepFreeze(item)
}
