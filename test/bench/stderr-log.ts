import type { Log } from '@caruso/kernel'

const silent = (): void => undefined
const told = (...words: readonly unknown[]): void => console.error(...words)

/** What goes wrong is seen among the progress; nothing else is logged, as for the peers. */
export const stderrLog: Log = { debug: silent, info: silent, warn: told, error: told }
