import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { randomUUID } from 'node:crypto'
import { Keeper, Notes } from './contract.ts'
import { keep } from './keep.ts'
import { version } from './version.ts'

/** The key of the line of descent; ids have a space. */
const line = 'line'

/** Each version declares another version of the state, so that entries change their form in a swap and on the way back. */
const form: 1 | 2 = version === '1.0.0' ? 1 : 2

/** A keeper with state. */
export default definePlugin({
  name: 'keeper',
  config: Type.Object({ folder: Type.String(), witness: Type.Integer() }),
  provides: { keeper: Keeper, notes: Notes },
  state: {
    version: form,
    entry: Type.Object({ text: Type.String(), form: Type.Literal(form) }),
    convert: (entry) => ({ ...(entry as { text: string }), form }),
    revert: (entry, to) => ({ ...entry, form: to }),
  },
  async start({ config, scope, state }) {
    const held = (): string => state.get(line)?.text ?? ''
    scope.whenActive(() => {
      if (state.size === 0) state.set(line, { text: randomUUID(), form })
    })
    return {
      keeper: await keep(config, scope),
      notes: {
        note: ({ id }) => {
          state.set(id, { text: id, form })
          return { line: held() }
        },
        list: ({ prefix }) => ({ line: held(), ids: [...state.entries()].map(([id]) => id).filter((id) => id.startsWith(prefix)) }),
      },
    }
  },
})
