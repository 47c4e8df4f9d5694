import type { Wrong as Unread } from '../answer/reading.ts'
import type { Channel } from '../definition.ts'
import type { Related, Value } from '../script.ts'

/**
 * A running dialog: plain JSON. All that is said, known and asked follows from the facts by walking the script over
 * them, so going back is taking facts away, and a replay of the inputs gives the same state.
 */
export interface State {
  readonly given: Readonly<Record<string, Value>>
  readonly channel: Channel
  readonly language: string
  /** When it began, and when the last input came; ISO 8601 in UTC. */
  readonly begun: string
  readonly at: string
  readonly facts: readonly Fact[]
  /** Facts of a way that was left; they are taken again where they still apply. */
  readonly kept: readonly Fact[]
  /** The answer that is being changed, for who asks again. */
  readonly reopened?: Answer
  readonly tries: Tries
  /** What was let go so far, in the order of commits, each after so many facts. */
  readonly released: readonly Release[]
  readonly over?: 'cancelled' | 'expired'
}

/** Where a fact belongs: the id of its node, after those of the calls that lead there: `identify/number`. */
type NodePath = string

export type Fact = Answer | Found | Escape

export interface Answer {
  readonly kind: 'answer'
  readonly node: NodePath
  readonly value: Value
  readonly at: string
  readonly channel: Channel
  /** A keypad cannot give it, as the script says. */
  readonly skipped?: true
}

/** What a lookup found or a request was answered; null where nothing was, and `failed` where it went wrong. */
export interface Found {
  readonly kind: 'found'
  readonly node: NodePath
  /** What was asked for: for another question the fact does not hold. */
  readonly asked: string
  readonly value: Value
  readonly at: string
  readonly failed?: true
}

/** A question that was left by one of its events. */
export interface Escape {
  readonly kind: 'escape'
  readonly node: NodePath
  /** Which of the question's events. */
  readonly event: number
  readonly at: string
}

/** How often the question that stands was not answered, and what is to be said about it. */
export interface Tries {
  readonly 'no-input': number
  readonly 'no-match': number
  readonly help: number
  readonly last?: 'help' | 'no-input' | 'no-match'
  /** The check that the last answer did not meet. */
  readonly check?: number | undefined
  /** Why the last answer was none, where no check says so. */
  readonly wrong?: Wrong | undefined
}

/** Why an answer is none: it could not be read, or the question does not take the value. */
export type Wrong = Unread | 'too-small' | 'too-large' | 'value'

export interface Release {
  readonly after: number
  readonly actions: readonly Act[]
}

/** An action with the values of its arguments. */
export interface Act {
  readonly action: string
  readonly args: Readonly<Record<string, Value>>
  readonly undo?: string
}

/** What comes from outside; each at an instant, and none before the last. */
export type Input = { readonly at: string } & (
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'answer'; readonly value: Value }
  | { readonly kind: 'no-input' | 'help' | 'back' | 'cancel' | 'expire' }
  | { readonly kind: 'change'; readonly node: string }
  | { readonly kind: 'found'; readonly asked: string; readonly value: Value; readonly failed?: true }
  | { readonly kind: 'turn'; readonly channel?: Channel; readonly language?: string }
)

/** An input before it has its time, as it comes from outside. */
export type Untimed<I = Input> = I extends Input ? Omit<I, 'at'> : never

/** What is to be done outside: in the transaction that keeps the state, actions; after it, a lookup or a request. */
export type Effect =
  | { readonly kind: 'act'; readonly actions: readonly Act[] }
  | Lookout
  | { readonly kind: 'ended'; readonly outcome: string; readonly handOver?: string; readonly results: Readonly<Record<string, Value>> }

/** What the dialog waits for that no person says; its answer is a `found` input with the same `asked`. */
export type Lookout =
  | { readonly kind: 'look'; readonly asked: string; readonly query: Query }
  | { readonly kind: 'request'; readonly asked: string; readonly action: string; readonly args: Readonly<Record<string, Value>> }

export interface Query {
  readonly class: string
  readonly where: string
  readonly many: boolean
  readonly limit: number
  readonly order?: { readonly attribute: string; readonly desc: boolean }
  readonly with: Related
}

export const noTries: Tries = { 'no-input': 0, 'no-match': 0, help: 0 }
