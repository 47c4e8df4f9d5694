import { codeOf, messageOf, type Contract } from '@caruso/contract'
import { didYouMean } from '@caruso/manager'
import { text } from 'node:stream/consumers'
import { connected, type Connection } from '../connection.ts'
import { CliError } from '../errors.ts'
import { terminal } from '../terminal.ts'

/** `caruso call`: asks an operation, as the operator, and prints the answer as JSON; a stream prints a line per item. */
export async function call(folder: string, json: boolean, target: string, input: string | undefined, options: { readonly timeout?: number }): Promise<void> {
  await connected(folder, async (connection) => {
    const { contract, operation } = find(connection, target)
    const value = parseInput(input === '-' ? await text(process.stdin) : (input ?? '{}'))
    const declared = contract.operations[operation]
    const outlet = connection.bus.outlet(contract, { component: 'cli', grants: [] })
    const context = connection.call(options.timeout ?? 10_000, declared?.permission === undefined ? [] : [declared.permission])
    const out = terminal(json)
    const show = (answer: unknown, indent: number): void => out.answer(answer, () => JSON.stringify(answer, undefined, indent))
    if (declared?.stream === undefined) show(await outlet.call(operation, value, context), 2)
    else for await (const item of outlet.stream(operation, value, context)) show(item, 0)
  })
}

function find({ bus }: Connection, target: string): { contract: Contract; operation: string } {
  const [name = '', operation = ''] = target.split('.')
  const contracts = bus.registry.list().flatMap(({ info }) => info.contracts)
  const contract = contracts.findLast((known) => known.name === name)
  if (contract === undefined) throw new CliError('USAGE', `Called "${target}": there is no contract "${name}"; there are ${list(contracts.map((known) => known.name))}${hint(name, contracts.map((known) => known.name))}`)
  const operations = Object.keys(contract.operations)
  if (!operations.includes(operation)) throw new CliError('USAGE', `Called "${target}": contract "${name}" has no operation "${operation}"; it has ${list(operations)}${hint(operation, operations)}`)
  return { contract, operation }
}

function parseInput(input: string): unknown {
  try {
    return JSON.parse(input)
  } catch (cause) {
    throw new CliError('USAGE', `Read the input ${JSON.stringify(input.slice(0, 80))}: expected JSON such as '{"id":"ALFKI"}' (${messageOf(cause)})`, { cause: codeOf(cause) })
  }
}

function list(names: readonly string[]): string {
  return [...new Set(names)].join(', ') || 'none'
}

function hint(typed: string, names: readonly string[]): string {
  const meant = didYouMean(typed, names)
  return meant === undefined ? '' : ` (did you mean ${meant}?)`
}
