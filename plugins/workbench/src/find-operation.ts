import { CarusoError, didYouMean, type Contract, type LiveAssembly, type Operation } from '@caruso/contract'

/** An operation that somebody provides now. */
export interface FoundOperation {
  readonly contract: Contract
  readonly name: string
  readonly operation: Operation
}

/**
 * The operation that is written as `contract.operation`.
 *
 * @throws CarusoError `USAGE` that says what there is
 */
export function findOperation(assembly: LiveAssembly, target: string): FoundOperation {
  const [contractName = '', name = ''] = target.split('.')
  const contracts = assembly.instances().flatMap(({ contracts: provided }) => provided)
  const contract = contracts.findLast((known) => known.name === contractName)
  if (contract === undefined) throw unknown(target, `there is no contract "${contractName}"; there are`, contractName, contracts.map((known) => known.name))
  const operation = contract.operations[name]
  if (operation === undefined) throw unknown(target, `contract "${contractName}" has no operation "${name}"; it has`, name, Object.keys(contract.operations))
  return { contract, name, operation }
}

function unknown(target: string, found: string, typed: string, names: readonly string[]): CarusoError {
  const known = [...new Set(names)]
  return new CarusoError('USAGE', `Called "${target}": ${found} ${known.join(', ') || 'none'}${didYouMean(typed, known)}`)
}
