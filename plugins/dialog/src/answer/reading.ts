import type { Channel, QuestionType } from '../definition.ts'
import type { Value } from '../script.ts'

/** What a question expects, as far as reading an answer needs it. */
export interface Expected {
  readonly type: QuestionType
  readonly required: boolean
  readonly currency?: string
  /** Those that may be chosen now, in the order in which they are shown. */
  readonly choices: readonly Option[]
}

export interface Option {
  readonly value: string
  /** As it is shown or said in the language of the answer. */
  readonly label: string
  /** The digit that chooses it; without it, its place in the list. */
  readonly digit?: string
}

/** Where an answer was given. */
export interface Hearing {
  readonly channel: Channel
  readonly language: string
  /** The day where the dialog takes place, such as `2026-11-30`. */
  readonly today: string
  /** Whose telephone numbers need no prefix, such as `NO`; without it the country that comes to mind first with the language. */
  readonly country?: string
}

/** Why a text is no answer; the texts `wrong.…` in i18n say it to people. */
export type Wrong = 'empty' | 'too-long' | 'number' | 'digits' | 'decimals' | 'currency' | 'date' | 'yes-no' | 'choice' | 'unclear' | 'email' | 'telephone' | 'keys'

/** The value that a text stands for, or why it stands for none. */
export type Reading = { readonly value: Value } | { readonly wrong: Wrong }
