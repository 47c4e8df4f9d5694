import { CarusoError, codeOf, messageOf, type CommandContext } from '@caruso/contract'
import { text } from 'node:stream/consumers'
import { findOperation } from './find-operation.ts'

/** What is asked of whom. */
export interface Asked {
  /** `contract.operation`. */
  readonly operation: string
  /** JSON, or `-` for standard input. */
  readonly input?: string
  /** Milliseconds. */
  readonly timeout: number
}

/** `caruso call`: asks an operation, as the operator, and prints the answer as JSON; a stream prints a line per item. */
export async function call(asked: Asked, { connected, terminal }: CommandContext): Promise<void> {
  await connected(async (assembly) => {
    const { contract, name, operation } = findOperation(assembly, asked.operation)
    const input = await inputOf(asked)
    const context = assembly.call(asked.timeout, operation.permission === undefined ? [] : [operation.permission])
    const answer: unknown = assembly.client(contract)[name]?.(input, context)
    const show = (value: unknown, indent: number): void => terminal.answer(value, () => JSON.stringify(value, undefined, indent))
    if (isStream(answer)) for await (const item of answer) show(item, 0)
    else show(await answer, 2)
  })
}

/** The input that was typed, or comes from standard input. */
export async function inputOf({ input = '{}' }: Asked): Promise<never> {
  const typed = input === '-' ? await text(process.stdin) : input
  try {
    return JSON.parse(typed) as never
  } catch (cause) {
    throw new CarusoError('USAGE', `Read the input ${JSON.stringify(typed.slice(0, 80))}: expected JSON such as '{"id":"ALFKI"}' (${messageOf(cause)})`, { cause: codeOf(cause) })
  }
}

/** Whether an operation answers with a sequence of items. */
export function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer
}
