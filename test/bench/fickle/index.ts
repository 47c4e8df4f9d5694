import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Counter } from './contract.ts'
import behaviour from './behaviour.json' with { type: 'json' }

/** Milliseconds that a call takes at least, and on average besides. */
const least = 3
const average = 3

/** Takes as long as things take in life, with a long tail; how often it fails, and how slow it is, differs from version to version. */
export default definePlugin({
  name: 'fickle',
  config: Type.Object({ folder: Type.String() }),
  provides: { counter: Counter },
  start({ config, scope }) {
    const { failing, factor, version } = behaviour
    let calls = 0
    scope.own(undefined, () => writeFileSync(join(config.folder, `${version}.calls`), String(calls)))
    const count = async ({ id }: { readonly id: number }): Promise<{ id: number }> => {
      calls++
      await sleep(factor * (least - average * Math.log(1 - Math.random())))
      if (Math.random() < failing) throw new Error('failed as it was made to')
      return { id }
    }
    return {
      counter: {
        count,
        wait: count,
        async *numbers({ after = 0 }) {
          for (let n = after; ; await sleep(100)) yield { n: ++n }
        },
        tally: () => ({ entries: 0, counted: 0 }),
      },
    }
  },
})
