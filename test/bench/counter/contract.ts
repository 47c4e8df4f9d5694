import { contract, Type } from '@caruso/contract'

const Id = Type.Integer({ minimum: 0 })

/** Counts what it is asked; neither operation may be repeated by anybody. */
export const Counter = contract({
  name: 'counter',
  version: '1.0.0',
  operations: {
    count: { description: 'Answers at once', input: Type.Object({ id: Id }), output: Type.Object({ id: Id }) },
    wait: { description: 'Answers after half a second', input: Type.Object({ id: Id }), output: Type.Object({ id: Id }) },
    numbers: {
      description: 'All numbers after one, without an end, some hundreds a second',
      input: Type.Object({ after: Type.Optional(Id) }),
      stream: Type.Object({ n: Id }),
      resumable: { item: 'n', input: 'after' },
    },
    tally: { description: 'What was counted so far, where it is kept in the state', input: Type.Object({}), output: Type.Object({ entries: Type.Integer(), counted: Type.Integer() }) },
  },
})
