import { extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { messageOf } from '@caruso/contract'
import type { Log } from '@caruso/kernel'
import type { CheckpointReply } from './checkpoint-reply.ts'
import type { Connection } from './connection.ts'

const threadFile = join(import.meta.dirname, `checkpoint-main${extname(import.meta.filename)}`)

/** Pages of the log that are worth a copy: as many as SQLite waits for, which then copies them within the commit. */
const worthwhile = 1_000

/**
 * While others write without a pause, no copy of another thread reaches the end of the log, which is only then begun
 * anew. Past so many pages, the few that came during a copy are copied by the writer.
 */
const manyPages = 10_000

/** The pages at which SQLite does all by itself, whatever became of the thread. */
const mostPages = 16_000

/** Copies what was committed from the log of a database (WAL) into its file. That waits for the disk twice, so a thread of its own does it. */
export class Checkpointer {
  readonly #file: string
  readonly #writer: Pick<Connection, 'all' | 'execute'>
  readonly #log: Log
  #worker: Worker | undefined
  #copying = false
  #closed = false
  /** Up to where it was tried last: what an open reader still needs is not copied. */
  #tried = 0

  constructor(file: string, writer: Pick<Connection, 'all' | 'execute'>, log: Log) {
    this.#file = file
    this.#writer = writer
    this.#log = log
    writer.execute(`pragma wal_autocheckpoint = ${mostPages}`)
  }

  /** Looks whether there is enough to copy; after each commit, for it takes a microsecond. What fails is logged: the commit is done. */
  look(): void {
    if (this.#copying || this.#closed) return
    this.#trying(() => {
      const { pages, copied } = this.#pages()
      if (pages < this.#tried) this.#tried = 0
      if (pages - Math.max(copied, this.#tried) < worthwhile) return
      this.#tried = pages
      this.#worker ??= this.#start()
      this.#worker.postMessage('copy')
      this.#copying = true
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(threadFile, { workerData: this.#file })
    worker.on('message', (reply: CheckpointReply) => this.#copied(reply))
    worker.on('error', (error) => this.#failed(error))
    worker.on('exit', () => {
      this.#worker = undefined
      this.#copying = false
    })
    // Whoever listens keeps the process alive, so this comes last.
    worker.unref()
    return worker
  }

  #copied({ failure }: CheckpointReply): void {
    this.#copying = false
    if (this.#closed) return
    if (failure !== undefined) return this.#failed(failure)
    this.#trying(() => {
      if (this.#pages().pages >= manyPages) this.#writer.all('pragma wal_checkpoint(passive)')
    })
  }

  #trying(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failed(messageOf(error))
    }
  }

  /** Nothing is lost by it: the log is copied later, or when the database is opened again. */
  #failed(found: unknown): void {
    this.#log.warn({ err: found }, `Copied the log of the database ${JSON.stringify(this.#file)} into its file: it stays longer`)
  }

  #pages(): { readonly pages: number; readonly copied: number } {
    const [, pages = 0, copied = 0] = (this.#writer.all('pragma wal_checkpoint(noop)')[0] ?? []).map(Number)
    return { pages, copied }
  }
}
