import { extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Bound } from 'better-sqlite3'
import { longestTimer } from '../../deadline-watch.ts'
import { StorageError } from '../../errors.ts'
import { cancelled, isOver } from '../../patience.ts'
import type { Waiting } from '../../patience.ts'
import type { Question, Reply } from './reader-job.ts'

const threadFile = join(import.meta.dirname, `reader-main${extname(import.meta.filename)}`)

/** One thread that reads one database file, started when it is first needed: what it does before the first row holds nobody up here. */
export class ReaderThread {
  readonly #file: string
  readonly #waiting = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>()
  #worker: Worker | undefined
  #jobs = 0
  #closed = false

  constructor(file: string) {
    this.#file = file
  }

  /** Whether this process may have threads: one that is isolated for safety may not. */
  static get allowed(): boolean {
    return process.permission?.has('worker') ?? true
  }

  /** The rows as they are kept, in batches; the statement ends when the consumer stops or the call is over. */
  async *rows(sql: string, values: readonly Bound[], call: Waiting): AsyncGenerator<readonly (readonly Bound[])[], void> {
    const job = ++this.#jobs
    let done = false
    try {
      for (let question: Question = { job, sql, values }; !done; question = { job, more: true }) {
        const reply = await this.#ask(question, call)
        done = reply.done === true || reply.error !== undefined
        if (reply.error) throw Object.assign(new Error(reply.error.message), { code: reply.error.code })
        if (reply.rows && reply.rows.length > 0) yield reply.rows
      }
    } finally {
      if (!done) this.#worker?.postMessage({ job, more: false } satisfies Question)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#fail(closed())
    await this.#worker?.terminate()
  }

  #ask(question: Question, call: Waiting): Promise<Reply> {
    if (this.#closed) throw closed()
    if (isOver(call)) throw cancelled(call)
    this.#worker ??= this.#start()
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const leave = (): void => reject(cancelled(call))
    const timer = setTimeout(leave, Math.min(call.deadline - Date.now(), longestTimer))
    if (call.cancellable) call.signal.addEventListener('abort', leave, { once: true })
    this.#waiting.set(question.job, { resolve, reject })
    this.#worker.postMessage(question)
    return promise.finally(() => {
      clearTimeout(timer)
      if (call.cancellable) call.signal.removeEventListener('abort', leave)
      this.#waiting.delete(question.job)
    })
  }

  #start(): Worker {
    const worker = new Worker(threadFile, { workerData: this.#file })
    worker.on('message', (reply: Reply) => this.#waiting.get(reply.job)?.resolve(reply))
    worker.on('error', (error) => this.#gone(worker, error))
    worker.on('exit', () => this.#gone(worker, new Error('it ended')))
    // Who waits for an answer keeps the process alive by the deadline; the thread alone does not. Listening would, so this comes last.
    worker.unref()
    return worker
  }

  #gone(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#fail(new StorageError('SOURCE_BROKEN', 'Read on the reader thread: it ended', { cause: error }))
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
  }
}

function closed(): StorageError {
  return new StorageError('SOURCE_CLOSED', 'Read the next rows: the data source was closed')
}
