import type { Bound } from 'better-sqlite3'
import { parentPort, workerData } from 'node:worker_threads'
import { codeOf, messageOf } from '@caruso/contract'
import { limits } from '../../limits.ts'
import { Connection } from './connection.ts'
import type { Question, Reply } from './reader-job.ts'
import { Readers } from './readers.ts'

// The code of the reader thread: statements that would keep the calling thread from its event loop, a batch at a time.
const keptReaders = 2
const port = parentPort
if (port === null || typeof workerData !== 'string') throw new TypeError('Started the reader thread: expected to be a thread, with the path of a database')
const readers = new Readers(() => new Connection(workerData, { readonly: true, fileMustExist: true }), keptReaders)
const running = new Map<number, { readonly rows: IterableIterator<Bound[]>; readonly connection: Connection }>()

port.on('message', (question: Question) => {
  if ('more' in question && !question.more) return end(question.job)
  let reply: Reply
  try {
    if ('sql' in question) begin(question.job, question.sql, question.values)
    reply = batch(question.job)
  } catch (error) {
    reply = { job: question.job, error: { message: messageOf(error), code: codeOf(error) } }
  }
  if (reply.done || reply.error) end(question.job)
  port.postMessage(reply)
})

function begin(job: number, sql: string, values: readonly Bound[]): void {
  const connection = readers.lease()
  try {
    // A buffer comes as plain bytes, which the driver does not take.
    const bound = values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value))
    running.set(job, { rows: connection.prepare(sql).iterate(bound), connection })
  } catch (error) {
    readers.release(connection)
    throw error
  }
}

function batch(job: number): Reply {
  const found = running.get(job)
  const rows: Bound[][] = []
  for (let size = 0; found && rows.length < limits.batchRows && size < limits.batchText; ) {
    const next = found.rows.next()
    if (next.done) return { job, rows, done: true }
    for (const value of next.value) size += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8
    rows.push(next.value)
  }
  return { job, rows, done: found === undefined }
}

function end(job: number): void {
  const found = running.get(job)
  if (!found) return
  running.delete(job)
  found.rows.return?.()
  readers.release(found.connection)
}
