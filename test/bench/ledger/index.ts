import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { setTimeout as sleep } from 'node:timers/promises'
import { Counter } from './contract.ts'

/** Counts in its state, in so many entries from the beginning on, so that a count that was lost is found out afterwards. */
export default definePlugin({
  name: 'ledger',
  config: Type.Object({ entries: Type.Integer({ minimum: 1 }) }),
  provides: { counter: Counter },
  state: { version: 1, entry: Type.Object({ counted: Type.Integer() }) },
  start({ config, scope, state }) {
    scope.whenActive(() => {
      if (state.size > 0) return
      for (let key = 0; key < config.entries; key++) state.set(String(key), { counted: 0 })
    })
    const count = ({ id }: { readonly id: number }): { id: number } => {
      const key = String(id % config.entries)
      state.set(key, { counted: (state.get(key)?.counted ?? 0) + 1 })
      return { id }
    }
    return {
      counter: {
        count,
        wait: count,
        async *numbers({ after = 0 }, { signal }) {
          for (let n = after; ; await sleep(100, undefined, { signal })) yield { n: ++n }
        },
        tally: () => {
          let counted = 0
          for (const [, entry] of state.entries()) counted += entry.counted
          return { entries: state.size, counted }
        },
      },
    }
  },
})
