import { type Contract, type Implementation, Type } from '@caruso/contract'
import type { LoadedPlugin } from '@caruso/kernel'
import { TestingError } from './errors.ts'
import { frozenOperations } from './frozen.ts'

/** What stands in for a component that the tested one requires. */
export interface Double<C extends Contract = Contract> {
  readonly contract: C
  readonly operations: Partial<Implementation<C>>
}

/**
 * A stand-in for whoever provides a contract, held to that contract as any provider is. Operations may be left out;
 * they answer `NOT_DOUBLED`.
 *
 * @throws TestingError `DOUBLE_INVALID` for an operation that the contract does not have
 */
export function double<const C extends Contract>(contract: C, operations: Partial<Implementation<NoInfer<C>>> = {}): Double<C> {
  const strange = Object.keys(operations).find((name) => !Object.hasOwn(contract.operations, name))
  if (strange !== undefined) throw new TestingError('DOUBLE_INVALID', `Doubled contract "${contract.name}" with the operation "${strange}": it has ${Object.keys(contract.operations).join(', ')}`)
  return Object.freeze({ contract, operations })
}

/** A double as the plugin that a host runs. */
export function pluginOf(key: string, { contract, operations }: Double): LoadedPlugin {
  const given: Readonly<Record<string, unknown>> = operations
  const all = Object.keys(contract.operations).map((name) => [name, given[name] ?? notDoubled(key, name, Object.keys(given))])
  return { name: `double-${key}`, config: Type.Object({}), provides: { [key]: contract }, requires: {}, start: () => ({ [key]: frozenOperations(contract, Object.fromEntries(all)) }) }
}

function notDoubled(key: string, name: string, given: readonly string[]): () => never {
  return () => {
    throw new TestingError('NOT_DOUBLED', `Called "${key}.${name}" in a test: the double of "${key}" has ${given.join(', ') || 'no operations'}`)
  }
}
