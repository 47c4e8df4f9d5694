import Database from 'better-sqlite3'
import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { messageOf } from '@caruso/contract'
import type { CheckpointReply } from './checkpoint-reply.ts'

// A thread has a heap of its own, some 20 MB, which a database that is written now and then shall not keep.
const idleMilliseconds = 10_000

/** Copies the log whenever it is told to, and ends when it was not for a while. */
function serve(port: MessagePort | null, file: unknown): void {
  if (port === null || typeof file !== 'string') throw new TypeError('Started the checkpoint thread: expected to be a thread, with the path of a database')
  const database = new Database(file, { fileMustExist: true, timeout: 0 })
  const idle = setTimeout(() => {
    database.close()
    port.close()
  }, idleMilliseconds)
  port.on('message', () => {
    port.postMessage(copy(database))
    idle.refresh()
  })
}

function copy(database: Database): CheckpointReply {
  try {
    // Passive: neither readers nor the writer wait for it.
    database.prepare('pragma wal_checkpoint(passive)').all([])
    return {}
  } catch (error) {
    return { failure: messageOf(error) }
  }
}

serve(parentPort, workerData)
