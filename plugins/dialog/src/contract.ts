import { contract, Type } from '@caruso/contract'
import { AnswerValue, Channel, View } from './view-schema.ts'

export type { View } from './view-schema.ts'

const dialog = Type.String({ format: 'uuid', description: 'Whoever knows it may go on with the dialog: give it to nobody else' })
const seq = Type.Integer({ minimum: 0, description: 'The count of inputs that the caller has seen. For another one it fails with `DIALOG_MOVED`; the same input again is answered again' })
const language = Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', maxLength: 35 })
const name = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9._-]{0,99}$' })
const Stands = Type.Object({ dialog, seq: Type.Integer(), view: View })
const Problem = Type.Object({ rule: Type.String(), level: Type.Enum(['error', 'warning']), line: Type.Integer(), column: Type.Integer(), message: Type.String() })

/** What leads on, with what it takes beside the dialog. */
function input<Properties extends Record<string, Type.TSchema>>(description: string, properties: Properties) {
  return { description, input: Type.Object({ dialog, seq, ...properties }), output: Stands, idempotent: true, public: true } as const
}

/**
 * Dialogs that run: begun by a person or a component, answered in any channel, gone on with in another. An input says
 * how many the caller has seen, so what is sent twice counts once.
 */
export const Dialogs = contract({
  name: 'dialogs',
  version: '1.0.0',
  operations: {
    scripts: {
      description: 'The scripts that people begin, by their titles in a language; those that others call are left out',
      input: Type.Object({ language: Type.Optional(language) }),
      output: Type.Object({ scripts: Type.Array(Type.Object({ id: name, version: Type.String(), title: Type.String(), languages: Type.Array(Type.String()), channels: Type.Array(Channel) })) }),
      idempotent: true,
      public: true,
    },
    start: {
      description: 'Begins a dialog. Without the permission dialogs.lead only on the web, with nothing given',
      input: Type.Object({ script: name, channel: Channel, language, given: Type.Optional(Type.Record(Type.String(), AnswerValue, { maxProperties: 100 })) }),
      output: Stands,
      public: true,
    },
    get: { description: 'Where a dialog stands', input: Type.Object({ dialog }), output: Stands, idempotent: true, public: true },
    answer: input('Answers the question: as a text that was typed, or keys that were pressed, or as a value', { text: Type.Optional(Type.String({ maxLength: 10_000 })), value: Type.Optional(AnswerValue) }),
    noInput: input('Nothing came in time', {}),
    help: input('Asks for help with the question', {}),
    back: input('Takes the last answer back; fails with `BEHIND_COMMIT` where what it caused cannot be undone', {}),
    change: input('Takes an earlier answer back; later ones are kept where they still apply', { path: Type.String({ maxLength: 500 }) }),
    turn: input('Goes on in another channel or language', { channel: Type.Optional(Channel), language: Type.Optional(language) }),
    suspend: input('Lays a dialog aside: it does not expire until it is resumed or its long time is over', {}),
    resume: input('Takes a dialog up that was laid aside', {}),
    cancel: input('Ends a dialog before its end', {}),
    transcript: {
      description: 'What was said and answered in a dialog, in its order; sensitive answers are not shown',
      input: Type.Object({ dialog: Type.String({ format: 'uuid' }), language: Type.Optional(language) }),
      output: Type.Object({ script: name, version: Type.String(), entries: Type.Array(Type.Object({ at: Type.String(), channel: Channel, path: Type.String(), prompt: Type.String(), text: Type.String() })), outcome: Type.Union([Type.Null(), Type.String()]) }),
      idempotent: true,
      permission: 'dialogs.lead',
    },
    check: {
      description: 'Tells what is wrong with a script, as it would be used here',
      input: Type.Object({ text: Type.String({ maxLength: 1_000_000 }) }),
      output: Type.Object({ problems: Type.Array(Problem) }),
      idempotent: true,
      permission: 'dialogs.check',
    },
  },
  events: {
    changed: { description: 'A dialog went on or ended', payload: Type.Object({ dialog: Type.String(), seq: Type.Integer(), status: Type.String() }) },
  },
})

/** What a component provides that answers the requests of scripts: actions of which a script needs the answer at once. */
export const Requests = contract({
  name: 'dialog-requests',
  version: '1.0.0',
  operations: {
    answer: {
      description: 'Does an action and answers it; asked twice with the same, it does it once',
      input: Type.Object({ action: Type.String({ maxLength: 190 }), args: Type.Record(Type.String(), AnswerValue) }),
      output: Type.Object({ answer: Type.Record(Type.String(), AnswerValue) }),
      idempotent: true,
    },
  },
})
