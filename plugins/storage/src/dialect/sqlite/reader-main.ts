import type { Bound } from 'better-sqlite3'
import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { codeOf, messageOf } from '@caruso/contract'
import { limits } from '../../limits.ts'
import { Connection } from './connection.ts'
import type { Question, Reply } from './reader-job.ts'
import { Readers } from './readers.ts'

const keptReaders = 2

interface Running {
  readonly rows: IterableIterator<Bound[]>
  readonly connection: Connection
}

/** The work of the reader thread: statements that would keep the calling thread from its event loop, a batch at a time. */
class ReaderJobs {
  readonly #readers: Readers
  readonly #running = new Map<number, Running>()

  constructor(file: string) {
    this.#readers = new Readers(() => new Connection(file, { readonly: true, fileMustExist: true }), keptReaders)
  }

  answer(question: Question): Reply | undefined {
    if ('more' in question && !question.more) return this.#end(question.job)
    const reply = this.#try(question)
    if (reply.done || reply.error) this.#end(question.job)
    return reply
  }

  #try(question: Question): Reply {
    const { job } = question
    try {
      if ('sql' in question) this.#begin(job, question.sql, question.values)
      return this.#batch(job)
    } catch (error) {
      return { job, error: { message: messageOf(error), code: codeOf(error) } }
    }
  }

  #begin(job: number, sql: string, values: readonly Bound[]): void {
    const connection = this.#readers.lease()
    try {
      // A buffer comes as plain bytes, which the driver does not take.
      const bound = values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value))
      this.#running.set(job, { rows: connection.prepare(sql).iterate(bound), connection })
    } catch (error) {
      this.#readers.release(connection)
      throw error
    }
  }

  #batch(job: number): Reply {
    const found = this.#running.get(job)
    const rows: Bound[][] = []
    for (let size = 0; found && rows.length < limits.batchRows && size < limits.batchText; ) {
      const next = found.rows.next()
      if (next.done) return { job, rows, done: true }
      for (const value of next.value) size += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8
      rows.push(next.value)
    }
    return { job, rows, done: found === undefined }
  }

  #end(job: number): undefined {
    const found = this.#running.get(job)
    if (!found) return
    this.#running.delete(job)
    found.rows.return?.()
    this.#readers.release(found.connection)
  }
}

function serve(port: MessagePort | null, file: unknown): void {
  if (port === null || typeof file !== 'string') throw new TypeError('Started the reader thread: expected to be a thread, with the path of a database')
  const jobs = new ReaderJobs(file)
  port.on('message', (question: Question) => {
    const reply = jobs.answer(question)
    if (reply) port.postMessage(reply)
  })
}

serve(parentPort, workerData)
