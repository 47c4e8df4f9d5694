import { codeOf } from '@caruso/contract'
import { mkdirSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What was done, on disk before it is answered. */
export class Disk {
  readonly #lines: string
  readonly #booked: string

  constructor(folder: string) {
    this.#lines = join(folder, 'written')
    this.#booked = join(folder, 'booked')
    mkdirSync(this.#booked, { recursive: true })
  }

  /** Adds a line, each time it is asked. */
  async write(id: string): Promise<void> {
    const file = await open(this.#lines, 'a')
    try {
      await file.appendFile(`${id}\n`)
      await file.datasync()
    } finally {
      await file.close()
    }
  }

  /** Books an id once, whoever asks how often. */
  async book(id: string): Promise<void> {
    try {
      await writeFile(join(this.#booked, id), '', { flag: 'wx', flush: true })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}
