import type { Attributes, Type, Values } from '@caruso/expression'
import type { Needs } from './compile/paths.ts'
import type { Channel, QuestionDefinition } from './definition.ts'
import type { Place } from './place.ts'

/** A JSON value as the expression language has them: numbers as decimal text; null where there is none. */
export type Value = null | boolean | string | readonly Value[] | { readonly [name: string]: Value }

/** Computes an expression of the script from the values of its names. */
export type Compute = (values: Values) => Value

/** A script that is ready to run: names are resolved, expressions compiled, scripts that it calls linked. */
export interface Script {
  readonly id: string
  readonly version: string
  readonly start: string
  readonly languages: readonly string[]
  readonly channels: readonly Channel[]
  readonly zone: string
  readonly country?: string
  readonly subject?: string
  readonly titles: readonly Spoken[]
  readonly inputs: readonly Input[]
  /** The day of an instant (`now`) in the script's time zone. */
  readonly today: (values: Values) => string
  readonly nodes: ReadonlyMap<string, Node>
  /** The types of all names. */
  readonly types: Attributes
  /** What whoever calls this script gets to know: its outcome, and the results of its ends. */
  readonly results: Attributes
  /** The relations of objects that its expressions follow, by the names of its inputs. */
  readonly needs: Readonly<Record<string, Needs>>
}

export interface Input {
  readonly name: string
  readonly type: Type
  readonly required: boolean
}

/** Words for a channel and a language; without a language for every one. */
export interface Spoken {
  readonly channel: Channel | 'all'
  readonly lang?: string
  readonly words: readonly (string | SpokenValue)[]
}

export interface SpokenValue {
  readonly of: Compute
  readonly type: Type
  readonly as: 'text' | 'digits'
  /** The expression. Where it is the name of an answer that was chosen, its label is written, not its value. */
  readonly name: string
}

export type Node = Info | Question | Lookup | Request | Call | End

/** A way on. The last of a node's has no test. */
export interface Way {
  readonly test?: Compute
  readonly to: string
  readonly actions: readonly Action[]
  readonly commit: boolean
}

export interface Action {
  readonly action: string
  readonly undo?: string
  readonly args: readonly Argument[]
}

export interface Argument {
  readonly name: string
  readonly type: Type
  readonly value: Compute
}

interface Step {
  readonly id: string
  readonly place: Place
}

export interface Info extends Step {
  readonly kind: 'info'
  readonly relevant?: Compute
  readonly prompts: readonly Spoken[]
  readonly onward: readonly Way[]
}

export interface Question extends Step, Pick<QuestionDefinition, 'type' | 'required' | 'sensitive' | 'keypad'> {
  readonly kind: 'question'
  readonly into: string
  readonly relevant?: Compute
  readonly default?: Compute
  /** Of numbers, dates and amounts; of texts their lengths, of several choices how many. */
  readonly min?: Compute
  readonly max?: Compute
  readonly currency?: string
  /** Milliseconds until nothing came. */
  readonly wait: number
  readonly prompts: readonly Spoken[]
  readonly choices: readonly Choice[]
  readonly checks: readonly Check[]
  readonly events: readonly Event[]
  readonly onward: readonly Way[]
}

export interface Choice {
  readonly value: string
  readonly digit?: string
  readonly relevant?: Compute
  readonly prompts: readonly Spoken[]
}

export interface Check {
  readonly test: Compute
  readonly prompts: readonly Spoken[]
}

/** What happens from the count-th time on, until the next of its kind. */
export interface Event {
  readonly event: 'no-input' | 'no-match' | 'help'
  readonly count: number
  readonly to?: string
  readonly prompts: readonly Spoken[]
  readonly actions: readonly Action[]
}

export interface Lookup extends Step {
  readonly kind: 'lookup'
  readonly into: string
  readonly class: string
  /** The condition with the values of the dialog's names written into it. */
  readonly where: (values: Values) => string
  readonly many: boolean
  /** Related objects to look up as well. */
  readonly with: Related
  readonly order?: { readonly attribute: string; readonly desc: boolean }
  readonly limit: number
  readonly onError?: string
  readonly onward: readonly Way[]
}

/** Relations by name, each with those of its objects. */
export interface Related {
  readonly [relation: string]: { readonly with: Related }
}

export interface Request extends Step {
  readonly kind: 'request'
  readonly into: string
  readonly action: string
  readonly args: readonly Argument[]
  readonly onError?: string
  readonly onward: readonly Way[]
}

export interface Call extends Step {
  readonly kind: 'call'
  readonly into: string
  readonly script: Script
  readonly args: readonly Argument[]
  readonly onward: readonly Way[]
}

export interface End extends Step {
  readonly kind: 'end'
  readonly outcome: string
  readonly handOver?: string
  readonly prompts: readonly Spoken[]
  readonly results: readonly Argument[]
  readonly actions: readonly Action[]
}
