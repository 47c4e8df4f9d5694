import { contract, Type } from '@caruso/contract'

/** What others may ask of it, and what it tells whoever listens. */
export const Sample = contract({
  name: 'sample',
  version: '1.0.0',
  operations: {
    greet: {
      description: 'Greets somebody by name',
      input: Type.Object({ name: Type.String({ minLength: 1, maxLength: 80, description: 'Who is greeted' }) }),
      output: Type.Object({ text: Type.String() }),
      idempotent: true,
      public: true,
    },
  },
  events: {
    greeted: { description: 'Somebody was greeted', payload: Type.Object({ name: Type.String() }) },
  },
})
