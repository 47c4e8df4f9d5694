import type { Bound } from './codec.ts'
import type { Raw } from './logical.ts'

/** A statement to run inside the transaction that is open. */
export interface Command {
  readonly sql: string
  readonly values: readonly Bound[]
  /** What can be made ready while a server is at it. */
  readonly meanwhile?: () => void
}

/** The same statement with one list of values after the other. */
export interface Series {
  readonly sql: string
  readonly times: number
  values(index: number): readonly Bound[]
  /** Takes what it did each time; what this throws ends the series. */
  take(answer: Answer, index: number): void
}

/** What a statement did; the rows it answered, and the key that the database last generated. */
export interface Answer {
  readonly affected: number
  readonly rows: readonly (readonly Raw[])[]
  readonly generated?: Raw
}

/** Work inside a transaction: it gives statements and is given what they did, so that it is the same whether a driver answers at once or later. */
export type Work<T> = Generator<Command | Series, T, Answer>

/** Prepares a statement, which is then run with its values. */
type Prepare<Answered> = (sql: string) => (values: readonly Bound[]) => Answered

const taken: Answer = { affected: 0, rows: [] }

/** Does the work with a driver that answers at once. */
export function work<T>(steps: Work<T>, prepare: Prepare<Answer>): T {
  let next = steps.next()
  while (!next.done) {
    let answer
    try {
      const command = next.value
      const run = prepare(command.sql)
      if ('take' in command) for (let index = 0; index < command.times; index++) command.take(run(command.values(index)), index)
      answer = 'take' in command ? taken : run(command.values)
    } catch (error) {
      next = steps.throw(error)
      continue
    }
    next = steps.next(answer)
  }
  return next.value
}

/** Does the work with a driver that answers later. */
export async function workLater<T>(steps: Work<T>, prepare: Prepare<Promise<Answer>>): Promise<T> {
  let next = steps.next()
  while (!next.done) {
    let answer
    try {
      const command = next.value
      const run = prepare(command.sql)
      if ('take' in command) for (let index = 0; index < command.times; index++) command.take(await run(command.values(index)), index)
      answer = 'take' in command ? taken : await answerOf(command, run)
    } catch (error) {
      next = steps.throw(error)
      continue
    }
    next = steps.next(answer)
  }
  return next.value
}

async function answerOf({ values, meanwhile }: Command, run: (values: readonly Bound[]) => Promise<Answer>): Promise<Answer> {
  const answer = run(values)
  meanwhile?.()
  return await answer
}
