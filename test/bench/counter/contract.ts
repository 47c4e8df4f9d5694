import { contract, Type } from '@caruso/contract'

const Id = Type.Integer({ minimum: 0 })

/** Counts what it is asked; neither operation may be repeated by anybody. */
export const Counter = contract({
  name: 'counter',
  version: '1.0.0',
  operations: {
    count: { description: 'Answers at once', input: Type.Object({ id: Id }), output: Type.Object({ id: Id }) },
    wait: { description: 'Answers after half a second', input: Type.Object({ id: Id }), output: Type.Object({ id: Id }) },
  },
})
