import { type Pipe, PortPipe } from '@caruso/bus/pipe'
import { messageOf } from '@caruso/contract'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { inspect } from 'node:util'
import { MessageChannel, Worker } from 'node:worker_threads'
import { launchConditions, launchEnvironment, launchLimits } from './launch.ts'
import type { Vessel } from './vessel.ts'

const workerFile = join(import.meta.dirname, `worker-main${extname(import.meta.filename)}`)

/** A thread of its own with a module graph of its own, which its host reaches by a port. */
export class WorkerVessel implements Vessel {
  readonly kind = 'thread'
  readonly pipe: Pipe
  readonly gone: Promise<void>
  readonly #worker: Worker

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.#worker = new Worker(workerFile, {
      // A port of its own: what the plugin's code does with that of its thread is no message to the host.
      workerData: port2,
      transferList: [port2],
      env: launchEnvironment(),
      execArgv: launchConditions(),
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: launchLimits.heap, maxYoungGenerationSizeMb: launchLimits.young },
    })
    // Nobody watches yet one that is started ahead: its pipe closes, and an error that nobody hears would end the host.
    this.#worker.on('error', () => undefined)
    this.pipe = new PortPipe(port1)
    const { stdout, stderr } = this.#worker
    const ends = [new Promise((resolve) => this.#worker.once('exit', resolve)), ...[stdout, stderr].map((stream) => new Promise((resolve) => stream.once('close', resolve)))]
    this.gone = Promise.all(ends).then(() => undefined)
  }

  get number(): number {
    return this.#worker.threadId
  }

  watch(printed: (line: string) => void, ended: (reason: string) => void): void {
    let reason: string | undefined
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) createInterface({ input: stream }).on('line', printed)
    this.#worker.once('error', (error) => {
      reason = messageOf(error)
      // A process would print where it was thrown.
      inspect(error).split('\n').forEach(printed)
    })
    this.#worker.once('exit', (code) => ended(reason ?? `exit code ${code}`))
  }

  kill(): void {
    void this.#worker.terminate()
  }
}
