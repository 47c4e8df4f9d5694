import { FramePipe, type Pipe } from '@caruso/bus/pipe'
import { messageOf } from '@caruso/contract'
import { KernelError } from '@caruso/kernel/instance'
import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { launchConditions, launchEnvironment, launchLimits } from './launch.ts'
import type { Vessel } from './vessel.ts'

/** What runs in a process of its own. */
export const processFile = join(import.meta.dirname, `process-main${extname(import.meta.filename)}`)

/** Milliseconds in which the output of a process that has ended is read. */
const outputTimeout = 1_000

/** A process of its own, which its host reaches by a pipe. */
export class ProcessVessel implements Vessel {
  readonly kind = 'process'
  readonly pipe: Pipe
  readonly gone: Promise<void>
  readonly #child: ChildProcess

  /** @param permissions what Node lets it do, as arguments of its command line */
  constructor(permissions: readonly string[]) {
    const { heap, young } = launchLimits
    // Young objects lie in two halves and what is moved between them; the halves would grow to 16 MB each.
    // One thread helps V8 instead of four: each costs memory, and while a version starts they take processor time from those that serve.
    const limits = [`--max-old-space-size=${heap}`, `--max-semi-space-size=${young / 3}`, '--v8-pool-size=1']
    // As the host was told, which knows what this version of Node takes (docs/adr/0040).
    const allYoung = process.execArgv.filter((argument) => argument === '--no-allocation-site-pretenuring')
    // Nor does the C library reserve memory for each thread of its own.
    const env = { ...launchEnvironment(), MALLOC_ARENA_MAX: '1' }
    this.#child = spawn(process.execPath, [...launchConditions(), ...allYoung, ...limits, ...permissions, processFile], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env })
    this.pipe = new FramePipe(pipeTo(this.#child))
    // It has exited before its output has been read and its pipes are closed.
    this.gone = new Promise((resolve) => this.#child.once('close', () => resolve()))
  }

  get number(): number | undefined {
    return this.#child.pid
  }

  watch(printed: (line: string) => void, ended: (reason: string) => void): void {
    for (const stream of this.#output()) createInterface({ input: stream }).on('line', printed)
    this.#child.once('error', (error) => ended(messageOf(error)))
    this.#child.once('exit', (code, signal) => {
      // A program that its native code started may hold its output open.
      const timer = setTimeout(() => this.#output().forEach((stream) => void stream.destroy()), outputTimeout)
      void this.gone.then(() => clearTimeout(timer))
      ended(signal === null ? `exit code ${code}` : `signal ${signal}`)
    })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #output(): Readable[] {
    return [this.#child.stdout, this.#child.stderr].filter((stream) => stream !== null)
  }
}

/** @throws KernelError `PLUGIN_NOT_LOADED` where this process has no file descriptors left, so that Node began none */
function pipeTo(child: Partial<ChildProcess> & Pick<ChildProcess, 'once'>): Socket {
  if (child.stdio !== undefined) return child.stdio[3] as Socket
  // Told a moment later as an event too; without a listener that would end the host.
  child.once('error', () => undefined)
  throw new KernelError('PLUGIN_NOT_LOADED', 'Began a process of its own for a component: no file descriptors are left')
}
