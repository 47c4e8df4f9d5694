import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { Rogue } from './contract.ts'

/** Ruins the thread it runs in when it is asked to. */
export default definePlugin({
  name: 'rogue',
  config: Type.Object({}),
  provides: { rogue: Rogue },
  start: () => ({
    rogue: {
      loop() {
        for (;;);
      },
      fill() {
        for (const kept: number[][] = []; ; ) kept.push(Array.from({ length: 10_000 }, (_, i) => i))
      },
      ready: () => ({}),
    },
  }),
})
