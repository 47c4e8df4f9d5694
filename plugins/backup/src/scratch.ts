import { codeOf } from '@caruso/contract'
import { rmSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const ending = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const named = /^\.caruso-(?:backup|restore)-(\d+)-/

/**
 * A folder in which something is made whole before it gets its name. It is gone in the end, however that comes: what a killed
 * process leaves, the next one takes away.
 */
export class Scratch implements AsyncDisposable {
  readonly path: string
  readonly #stop = (signal: NodeJS.Signals): void => {
    this.#unlisten()
    rmSync(this.path, { recursive: true, force: true })
    process.kill(process.pid, signal)
  }

  private constructor(path: string) {
    this.path = path
    for (const signal of ending) process.once(signal, this.#stop)
  }

  /** Beside a file or folder, which it is made for. */
  static async beside(target: string, work: 'backup' | 'restore'): Promise<Scratch> {
    const parent = dirname(target)
    for (const name of await readdir(parent)) {
      const pid = named.exec(name)?.[1]
      if (pid !== undefined && !isRunning(Number(pid))) await rm(join(parent, name), { recursive: true, force: true })
    }
    return new Scratch(await mkdtemp(join(parent, `.caruso-${work}-${process.pid}-`)))
  }

  /** Whether a path leads into one. */
  static holds(path: string): boolean {
    return path.split('/').some((name) => named.test(name))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unlisten()
    await rm(this.path, { recursive: true, force: true })
  }

  #unlisten(): void {
    for (const signal of ending) process.off(signal, this.#stop)
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's is running too.
    return codeOf(error) !== 'ESRCH'
  }
}
