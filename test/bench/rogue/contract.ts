import { contract, Type } from '@caruso/contract'

const Nothing = Type.Object({})

/** What a component does to itself at its worst; it answers neither. */
export const Rogue = contract({
  name: 'rogue',
  version: '1.0.0',
  operations: {
    loop: { description: 'Never lets go of its thread', input: Nothing, output: Nothing },
    fill: { description: 'Uses up the memory of its thread', input: Nothing, output: Nothing },
    ready: { description: 'Answers at once', idempotent: true, input: Nothing, output: Nothing },
  },
})
