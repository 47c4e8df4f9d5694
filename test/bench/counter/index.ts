import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Counter } from './contract.ts'

const kept = 1024
const burst = { every: 20, numbers: 10 }

/** Writes down the id of every call that it runs, so that one that ran twice, or never, is found out afterwards. */
export default definePlugin({
  name: 'counter',
  config: Type.Object({ folder: Type.String() }),
  provides: { counter: Counter },
  start({ config, scope }) {
    const file = join(config.folder, `${randomUUID()}.ids`)
    const ids = new Uint32Array(kept)
    let used = 0
    const flush = (): void => {
      appendFileSync(file, new Uint8Array(ids.buffer, 0, used * Uint32Array.BYTES_PER_ELEMENT))
      used = 0
    }
    const ran = (id: number): void => {
      ids[used++] = id
      if (used === kept) flush()
    }
    scope.own(file, flush)
    return {
      counter: {
        count: ({ id }) => {
          ran(id)
          return { id }
        },
        wait: async ({ id }) => {
          ran(id)
          await sleep(500)
          return { id }
        },
        async *numbers({ after = 0 }) {
          for (let n = after; ; await sleep(burst.every)) {
            for (const last = n + burst.numbers; n < last; ) yield { n: ++n }
          }
        },
        tally: () => ({ entries: 0, counted: 0 }),
      },
    }
  },
})
