import { contract, Type } from '@caruso/contract'

const Version = Type.Object({ version: Type.String({ maxLength: 256 }), needs: Type.Unknown({ description: 'What it declares under `needs`; null where that is nothing' }) })
const words = Type.Array(Type.String())

/**
 * What a component provides beside a contract where it prepares what it keeps for those who require that contract, such
 * as tables for their classes. The service manager asks, and nobody else may:
 * 1. `grow` before a version starts, `beside` the one that runs: from then on both find what they need
 * 2. `grow` once only one is left: nothing is taken away, but all is as that one says
 * 3. `shrink` when an operator finalizes: what only other versions needed is taken away
 *
 * It fails where adding is not enough, and where values would be lost that may not be.
 */
export const Preparation = contract({
  name: 'preparation',
  version: '1.0.0',
  operations: {
    prepare: {
      description: 'Adds what a version of a component needs, or takes away what it does not need; tells what was done and which values are lost',
      input: Type.Object({ step: Type.Enum(['grow', 'shrink']), component: Type.String({ maxLength: 64 }), contract: Type.String({ description: 'That of the requirement under which the needs were declared' }), next: Version, beside: Type.Optional(Version), run: Type.Boolean({ description: 'False tells only what would be done' }), drop: Type.Boolean({ description: 'Whether values may be lost' }) }),
      output: Type.Object({ changes: words, losses: words }),
      idempotent: true,
      permission: 'manage',
      timeout: 3_600_000,
    },
  },
})
