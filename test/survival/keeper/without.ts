import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { Keeper } from './contract.ts'
import { keep } from './keep.ts'

/** A keeper without state. */
export default definePlugin({
  name: 'keeper',
  config: Type.Object({ folder: Type.String(), witness: Type.Integer() }),
  provides: { keeper: Keeper },
  async start({ config, scope }) {
    return { keeper: await keep(config, scope) }
  },
})
