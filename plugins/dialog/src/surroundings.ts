import type { Attributes, Type } from '@caruso/expression'
import type { Script } from './script.ts'

/** What a script is checked against, and what it may use. */
export interface Surroundings {
  /** What expressions may name of each class of business objects, and of each value with parts. */
  readonly classes: Readonly<Record<string, Attributes>>
  /** The texts that attributes can have which are choices, by their classes; without them, comparisons are not checked. */
  readonly choices?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> | undefined
  readonly actions: Readonly<Record<string, ActionSignature>>
  /** Scripts that may be called, by their ids. */
  readonly scripts: ReadonlyMap<string, Script>
}

/** What an action takes; with an answer it can be requested. */
export interface ActionSignature {
  readonly args: Readonly<Record<string, Type>>
  readonly answer?: Readonly<Record<string, Type>>
  readonly idempotent: boolean
}

/** The class of amounts in expressions: `amount` is a number, `currency` three letters. */
export const money = 'Money'

export const moneyParts: Attributes = { amount: 'number', currency: 'text' }
