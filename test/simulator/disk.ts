import files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import type { VirtualTime } from './virtual-time.ts'

interface File {
  text: string
  /** How much of it outlives a crash. */
  flushed: number
}

/** Below here lies what is on the simulated disk. */
export const diskRoot = '/simulated'

/** A disk in virtual time, on which a crash cuts what was not flushed. */
export class Disk {
  readonly #time: VirtualTime
  readonly #files = new Map<string, File>()

  constructor(time: VirtualTime) {
    this.#time = time
  }

  clear(): void {
    this.#files.clear()
  }

  /** Of what was not flushed to a file, a drawn part is on disk. */
  crash(path: string): void {
    const file = this.#file(path)
    file.text = file.text.slice(0, this.#time.random.within(file.flushed, file.text.length))
    file.flushed = file.text.length
  }

  read(path: string): string {
    return this.#files.get(path)?.text ?? ''
  }

  /** Takes the place of the machine's disk below its root, in this process, for good. */
  install(): void {
    const { open, readFile, mkdir, truncate } = files
    const isMine = (path: unknown): path is string => typeof path === 'string' && path.startsWith(diskRoot)
    Object.assign(files, {
      open: async (...args: Parameters<typeof open>) => isMine(args[0]) ? await this.#done(() => this.#handle(String(args[0]))) : await open(...args),
      readFile: async (...args: Parameters<typeof readFile>) => isMine(args[0]) ? await this.#done(() => this.read(pathOf(args[0]))) : await readFile(...args),
      mkdir: async (...args: Parameters<typeof mkdir>) => isMine(args[0]) ? undefined : await mkdir(...args),
      truncate: async (...args: Parameters<typeof truncate>) => isMine(args[0]) ? await this.#done(() => this.#truncate(String(args[0]), args[1] ?? 0)) : await truncate(...args),
    })
    syncBuiltinESMExports()
  }

  async #done<T>(work: () => T): Promise<T> {
    await new Promise<void>((resolve) => this.#time.after(this.#time.random.within(0, 20) / 10, this.#time.owner, resolve))
    return work()
  }

  #file(path: string): File {
    const file = this.#files.get(path) ?? { text: '', flushed: 0 }
    this.#files.set(path, file)
    return file
  }

  #truncate(path: string, size: number): void {
    const file = this.#file(path)
    file.text = file.text.slice(0, size)
    file.flushed = Math.min(file.flushed, size)
  }

  #handle(path: string): object {
    return {
      stat: async () => await this.#done(() => ({ size: this.#file(path).text.length })),
      appendFile: async (text: string) => await this.#done(() => void (this.#file(path).text += text)),
      datasync: async () => await this.#done(() => void (this.#file(path).flushed = this.#file(path).text.length)),
      truncate: async (size: number) => await this.#done(() => this.#truncate(path, size)),
      close: async () => await Promise.resolve(),
    }
  }
}

/** Ours are all texts. */
function pathOf(path: unknown): string {
  return typeof path === 'string' ? path : ''
}
