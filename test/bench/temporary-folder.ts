import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder extends Disposable {
  readonly path: string
}

/** A new folder; it goes when it is disposed of, or else with the process, also where that is told to end. */
export function temporaryFolder(name: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `caruso-bench-${name}-`))
  // Again where a server that ends meanwhile writes into it.
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 20 })
  process.once('exit', remove)
  return {
    path,
    [Symbol.dispose]: () => {
      process.removeListener('exit', remove)
      remove()
    },
  }
}
