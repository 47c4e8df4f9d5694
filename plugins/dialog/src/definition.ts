import type { Place } from './place.ts'

/** What a dialog script says, as it was read: plain data, expressions as their sources, all defaults filled in. */
export interface Definition {
  readonly id: string
  readonly version: string
  readonly start: Sourced
  readonly languages: readonly string[]
  readonly channels: readonly Channel[]
  /** The name whose object the dialog is about: its history tells of the dialog. */
  readonly subject?: Sourced
  readonly zone: string
  /** Whose telephone numbers need no prefix, such as `NO`. */
  readonly country?: string
  readonly titles: readonly Title[]
  readonly inputs: readonly InputDefinition[]
  readonly lets: readonly LetDefinition[]
  readonly nodes: readonly NodeDefinition[]
  readonly place: Place
}

export type Channel = 'agent' | 'web' | 'keypad'

export const channels: readonly Channel[] = ['agent', 'web', 'keypad']

/** An attribute's text and where it begins. */
export interface Sourced {
  readonly text: string
  readonly place: Place
  /** As it stands in the file, where that is not the text: with references such as `&amp;`, and in several lines. */
  readonly written?: string
}

export interface Title {
  readonly lang?: string
  readonly text: string
}

export interface InputDefinition {
  readonly name: string
  readonly type: 'text' | 'number' | 'date' | 'time' | 'instant' | 'money' | 'yes-no' | 'object'
  readonly class?: string
  readonly required: boolean
  readonly place: Place
}

export interface LetDefinition {
  readonly name: string
  readonly value: Sourced
  readonly place: Place
}

export type NodeDefinition = InfoDefinition | QuestionDefinition | LookupDefinition | RequestDefinition | CallDefinition | EndDefinition

/** A way on: the first whose test holds is taken; the last has none. */
export interface WayDefinition {
  readonly test?: Sourced
  readonly to: Sourced
  readonly actions: readonly ActionDefinition[]
  readonly commit: boolean
  readonly place: Place
}

export interface ActionDefinition {
  readonly action: string
  readonly undo?: string
  readonly args: readonly NamedExpression[]
  readonly place: Place
}

export interface NamedExpression {
  readonly name: string
  readonly value: Sourced
  readonly place: Place
}

export interface PromptDefinition {
  readonly channel: Channel | 'all'
  readonly lang?: string
  readonly words: readonly Word[]
  readonly place: Place
}

/** Text, or a value that is written into it. */
export type Word = string | { readonly of: Sourced; readonly as: 'text' | 'digits' }

export interface InfoDefinition {
  readonly kind: 'info'
  readonly id: string
  readonly relevant?: Sourced
  readonly prompts: readonly PromptDefinition[]
  readonly onward: readonly WayDefinition[]
  readonly place: Place
}

export type QuestionType = 'text' | 'number' | 'date' | 'money' | 'yes-no' | 'one' | 'many' | 'email' | 'telephone'

export interface QuestionDefinition {
  readonly kind: 'question'
  readonly id: string
  readonly type: QuestionType
  readonly into: string
  readonly required: boolean
  readonly relevant?: Sourced
  readonly default?: Sourced
  readonly min?: Sourced
  readonly max?: Sourced
  readonly currency?: Sourced
  readonly sensitive: boolean
  readonly keypad: 'digits' | 'record' | 'skip' | 'hand-over'
  /** Such as `7s`. */
  readonly wait: Sourced
  readonly prompts: readonly PromptDefinition[]
  readonly choices: readonly ChoiceDefinition[]
  readonly checks: readonly CheckDefinition[]
  readonly events: readonly EventDefinition[]
  readonly onward: readonly WayDefinition[]
  readonly place: Place
}

export interface ChoiceDefinition {
  readonly value: string
  readonly digit?: Sourced
  readonly relevant?: Sourced
  readonly prompts: readonly PromptDefinition[]
  readonly place: Place
}

export interface CheckDefinition {
  readonly test: Sourced
  readonly prompts: readonly PromptDefinition[]
  readonly place: Place
}

export interface EventDefinition {
  readonly event: 'no-input' | 'no-match' | 'help'
  readonly count: Sourced
  readonly to?: Sourced
  readonly prompts: readonly PromptDefinition[]
  readonly actions: readonly ActionDefinition[]
  readonly place: Place
}

export interface LookupDefinition {
  readonly kind: 'lookup'
  readonly id: string
  readonly class: Sourced
  readonly where: Sourced
  readonly into: string
  readonly many: boolean
  readonly order?: Sourced
  readonly limit: Sourced
  readonly onError?: Sourced
  readonly onward: readonly WayDefinition[]
  readonly place: Place
}

export interface RequestDefinition {
  readonly kind: 'request'
  readonly id: string
  readonly action: Sourced
  readonly into: string
  readonly args: readonly NamedExpression[]
  readonly onError?: Sourced
  readonly onward: readonly WayDefinition[]
  readonly place: Place
}

export interface CallDefinition {
  readonly kind: 'call'
  readonly id: string
  readonly dialog: Sourced
  readonly into: string
  readonly args: readonly NamedExpression[]
  readonly onward: readonly WayDefinition[]
  readonly place: Place
}

export interface EndDefinition {
  readonly kind: 'end'
  readonly id: string
  readonly outcome: string
  /** The queue that goes on with the caller. */
  readonly handOver?: string
  readonly prompts: readonly PromptDefinition[]
  readonly results: readonly NamedExpression[]
  readonly actions: readonly ActionDefinition[]
  readonly place: Place
}
