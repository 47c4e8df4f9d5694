import { codeOf, messageOf } from '@caruso/contract'
import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { openBulk } from './bulk.ts'
import { scan } from './scan.ts'
import type { ScanJob, ScanQuestion, ScanReply, ScanSource } from './scan-job.ts'

// So many batches are on their way: the thread reads the next ones while these are written.
const ahead = 3

/** The work of the thread that reads: one job after the other, over one connection. */
async function serve(port: MessagePort, { name, config }: ScanSource): Promise<void> {
  const bulk = await openBulk(name, { ...config, readonly: true })
  let free = 0
  let frozen: Promise<void> | undefined
  let wake: (() => void) | undefined
  const run = async (job: ScanJob): Promise<void> => {
    free = ahead
    try {
      await (frozen ??= bulk.freeze())
      for await (const batch of scan(bulk, job)) {
        if (free === 0) await new Promise<void>((resolve) => (wake = resolve))
        free--
        const bytes = batch.lines?.buffer
        port.postMessage({ batch } satisfies ScanReply, bytes instanceof ArrayBuffer && bytes.byteLength === batch.lines?.byteLength ? [bytes] : [])
      }
      port.postMessage({ done: true } satisfies ScanReply)
    } catch (error) {
      port.postMessage({ error: { message: messageOf(error), code: codeOf(error) } } satisfies ScanReply)
    }
  }
  port.on('message', (question: ScanQuestion) => {
    if ('job' in question) return void run(question.job)
    free++
    wake?.()
    wake = undefined
  })
}

if (parentPort === null) throw new TypeError('Started the thread that reads tables: expected to be a thread')
await serve(parentPort, workerData as ScanSource)
