import { Type, type DeepReadonly, type Static } from '@caruso/contract'
import { channels } from './definition.ts'

export const Channel = Type.Enum([...channels])

/** A value of an answer: text, a number as decimal text, yes or no, an amount, several choices. */
export const AnswerValue = Type.Unknown({ description: 'A JSON value: text, a number as text, a date as 2026-12-31, true or false, { amount, currency }, a list of choices, or null' })

const Choice = Type.Object({ value: Type.String(), label: Type.String(), digit: Type.Optional(Type.String()) })

const Asked = Type.Object({
  path: Type.String({ description: 'The question, by the calls that lead to it: identify/number' }),
  type: Type.Enum(['text', 'number', 'date', 'money', 'yes-no', 'one', 'many', 'email', 'telephone']),
  prompt: Type.String(),
  required: Type.Boolean(),
  sensitive: Type.Boolean(),
  choices: Type.Array(Choice),
  currency: Type.Optional(Type.String()),
  min: Type.Optional(AnswerValue),
  max: Type.Optional(AnswerValue),
  proposed: Type.Optional(AnswerValue),
  proposedText: Type.Optional(Type.String({ description: 'The same as the language writes it' })),
  hasHelp: Type.Boolean(),
  keypad: Type.Enum(['digits', 'record', 'skip', 'hand-over']),
  wait: Type.Number({ description: 'Milliseconds after which nothing came' }),
})

const Notice = Type.Object({ kind: Type.Enum(['help', 'no-input', 'no-match']), text: Type.String() })

/** An answer as it was given; what is sensitive is not shown. */
const Given = Type.Object({ path: Type.String(), prompt: Type.String(), text: Type.String() })

/** A dialog as somebody sees or hears it, in their language and channel. */
export const View = Type.Object({
  status: Type.Enum(['asking', 'waiting', 'suspended', 'ended', 'cancelled', 'expired']),
  channel: Channel,
  language: Type.String(),
  said: Type.Array(Type.String(), { description: 'What was said since the last answer' }),
  question: Type.Optional(Asked),
  notice: Type.Optional(Notice),
  answers: Type.Array(Given),
  canGoBack: Type.Boolean(),
  outcome: Type.Optional(Type.String()),
  handOver: Type.Optional(Type.String({ description: 'The queue that goes on: at the end, or where a keypad cannot give the answer' })),
})

export type View = DeepReadonly<Static<typeof View>>
export type AskedQuestion = DeepReadonly<Static<typeof Asked>>
export type Notice = DeepReadonly<Static<typeof Notice>>
