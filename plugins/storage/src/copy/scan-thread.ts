import { extname, join } from 'node:path'
import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import { StorageError } from '../errors.ts'
import type { StorageCode } from '../errors.ts'
import type { ScanBatch, ScanJob, ScanQuestion, ScanReply, ScanSource } from './scan-job.ts'

const threadFile = join(import.meta.dirname, `scan-main${extname(import.meta.filename)}`)

/** A thread that reads one database as it is at the first job, one job at a time. */
export class ScanThread {
  readonly #worker: Worker
  #failed: unknown

  constructor(source: ScanSource) {
    this.#worker = new Worker(threadFile, { workerData: source })
    // Who waits for a batch hears of it; what happens between two jobs is heard with the next.
    this.#worker.on('error', (error) => (this.#failed = error))
  }

  /** The batches as they come, all of them; the thread reads on while they are worked on. */
  async *scan(job: ScanJob): AsyncGenerator<ScanBatch, void> {
    if (this.#failed !== undefined) throw this.#ended()
    const replies = on(this.#worker, 'message', { close: ['exit'] })
    this.#ask({ job })
    for await (const [reply] of replies as AsyncIterable<[ScanReply]>) {
      if ('done' in reply) return
      if ('error' in reply) throw new StorageError((reply.error.code ?? 'SQL_FAILED') as StorageCode, reply.error.message)
      yield reply.batch
      this.#ask({ more: true })
    }
    throw this.#ended()
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #ended(): StorageError {
    return new StorageError('SOURCE_BROKEN', 'Read rows on a thread of its own: it ended', { cause: this.#failed })
  }

  #ask(question: ScanQuestion): void {
    this.#worker.postMessage(question)
  }
}
