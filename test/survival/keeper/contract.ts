import { contract, Type } from '@caruso/contract'

const Input = Type.Object({ id: Type.String({ minLength: 1 }) })
/** Who answered. */
const Answer = Type.Object({ version: Type.String(), life: Type.String() })

/** Work that is on disk before it is answered. */
export const Keeper = contract({
  name: 'keeper',
  version: '1.0.0',
  operations: {
    write: { description: 'Must not be repeated: each time that it runs is seen', input: Input, output: Answer },
    book: { description: 'May be repeated: the disk knows the id', input: Input, output: Answer, idempotent: true },
    peek: { input: Type.Object({}), output: Answer, idempotent: true },
  },
})

/** Notes that are kept in the state. They have a line of descent, which ends when what held them is killed. */
export const Notes = contract({
  name: 'notes',
  version: '1.0.0',
  operations: {
    note: { input: Input, output: Type.Object({ line: Type.String() }) },
    list: { input: Type.Object({ prefix: Type.String() }), output: Type.Object({ line: Type.String(), ids: Type.Array(Type.String()) }), idempotent: true },
  },
})
