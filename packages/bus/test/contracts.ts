import { type Call, contract, type Implementation, Type } from '@caruso/contract'

const Text = Type.Object({ text: Type.String() })

export const Echo = contract({
  name: 'echo',
  version: '1.0.0',
  operations: {
    say: { input: Text, output: Text, idempotent: true },
    act: { input: Text, output: Text },
    secret: { input: Text, output: Text, permission: 'secrets' },
    quick: { input: Text, output: Text, timeout: 100 },
    anything: { input: Type.Unknown(), output: Type.Unknown() },
  },
  events: { said: { payload: Text } },
})

export const EchoNext = contract({ ...Echo, version: '1.1.0' })
export const EchoMajor = contract({ ...Echo, version: '2.0.0' })

export const Numbers = contract({
  name: 'numbers',
  version: '1.0.0',
  operations: { count: { input: Type.Object({ to: Type.Integer() }), stream: Type.Object({ n: Type.Integer() }) } },
})

/** A stream that goes on after the number that it is told. */
export const Ticks = contract({
  name: 'ticks',
  version: '1.0.0',
  operations: {
    follow: {
      input: Type.Object({ to: Type.Integer(), after: Type.Optional(Type.Integer()) }),
      stream: Type.Object({ n: Type.Integer() }),
      resumable: { item: 'n', input: 'after' },
      public: true,
    },
  },
})

/** An implementation of `Ticks`: the numbers from 1 on, with whatever happens before each of them. */
export function ticks(before: (n: number, call: Call) => Promise<void> | void = () => undefined): Implementation<typeof Ticks> {
  return {
    async *follow({ to, after = 0 }, call) {
      for (let n = after + 1; n <= to; n++) {
        await before(n, call)
        yield { n }
      }
    },
  }
}

interface Said {
  readonly text: string
}

/** An implementation of `Echo` that answers each operation the same way. */
export function echo(answer: (input: Said, call: Call) => Said | Promise<Said>): Implementation<typeof Echo> {
  return { say: answer, act: answer, secret: answer, quick: answer, anything: (input) => input }
}
