import type { Static, TSchema } from './typebox.ts'
import valid from 'semver/functions/valid.js'
import { ContractError } from './errors.ts'
import { resumableMistake, type Resumable } from './resumable.ts'
import type { Call } from './call.ts'

/** One thing that can be asked of a provider; it answers once (`output`) or with a sequence of items (`stream`). */
export interface Operation<Input extends TSchema = TSchema, Output extends TSchema = TSchema, Item extends TSchema = TSchema> {
  readonly input: Input
  readonly output?: Output
  readonly stream?: Item
  /** Asking twice has the effect of asking once, so a call whose provider died may be repeated. */
  readonly idempotent?: boolean
  /** Makes a stream go on unseen at another instance when its own leaves. */
  readonly resumable?: Resumable
  /** Offered to the outside by the gateway. */
  readonly public?: boolean
  /** The permission a caller must hold. */
  readonly permission?: string
  /** Milliseconds a call may take at most, even where its caller allows more. */
  readonly timeout?: number
  readonly description?: string
}

/** Something a provider tells whoever listens. */
export interface EventDeclaration<Payload extends TSchema = TSchema> {
  readonly payload: Payload
  /** Offered to the outside by the gateway. */
  readonly public?: boolean
  readonly description?: string
}

export type Operations = Readonly<Record<string, Operation>>
export type Events = Readonly<Record<string, EventDeclaration>>

/** What components know of each other: a name, a semantic version, operations and events. Plain data. */
export interface Contract<Ops extends Operations = Operations, Evs extends Events = Events> {
  readonly name: string
  readonly version: string
  readonly operations: Ops
  readonly events: Evs
}

/** A JSON value as it is passed on: nobody who receives it may change it. */
export type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

export type InputOf<Op extends Operation> = DeepReadonly<Static<Op['input']>>
export type OutputOf<Op extends Operation> = Op extends { readonly output: infer Output extends TSchema } ? DeepReadonly<Static<Output>> : never
export type ItemOf<Op extends Operation> = Op extends { readonly stream: infer Item extends TSchema } ? DeepReadonly<Static<Item>> : never
export type PayloadOf<Ev extends EventDeclaration> = DeepReadonly<Static<Ev['payload']>>

/** How a caller sees one operation. */
export type OperationClient<Op extends Operation> = Op extends { readonly stream: TSchema }
  ? (input: InputOf<Op>, call: Call) => AsyncIterable<ItemOf<Op>>
  : (input: InputOf<Op>, call: Call) => Promise<OutputOf<Op>>

/** How a provider writes one operation. */
export type OperationHandler<Op extends Operation> = Op extends { readonly stream: TSchema }
  ? (input: InputOf<Op>, call: Call) => AsyncIterable<ItemOf<Op>>
  : (input: InputOf<Op>, call: Call) => Promise<OutputOf<Op>> | OutputOf<Op>

/** A contract as its callers use it. */
export type Client<C extends Contract> = { readonly [Name in keyof C['operations']]: OperationClient<C['operations'][Name]> }

/** A contract as its provider implements it. */
export type Implementation<C extends Contract> = { readonly [Name in keyof C['operations']]: OperationHandler<C['operations'][Name]> }

/** A name that may be part of a subject, a file name or an address: it starts with a letter. */
export const namePattern = /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/

/**
 * Declares a contract.
 *
 * @throws ContractError `CONTRACT_INVALID` when a name, the version or an operation's shape is not allowed
 */
export function contract<const Ops extends Operations, const Evs extends Events = Record<never, never>>(declaration: {
  readonly name: string
  readonly version: string
  readonly operations: Ops
  readonly events?: Evs
}): Contract<Ops, Evs> {
  const { name, version, operations, events } = declaration
  requireName(`contract ${JSON.stringify(name)}`, name)
  if (valid(version) !== version) throw new ContractError(`Declared contract "${name}" with version ${JSON.stringify(version)}: expected a semantic version such as "1.0.0"`)
  for (const [key, operation] of Object.entries(operations)) {
    requireName(`operation "${name}.${key}"`, key)
    if ((operation.output === undefined) === (operation.stream === undefined)) {
      throw new ContractError(`Declared operation "${name}.${key}": expected either output or stream, found ${operation.output ? 'both' : 'neither'}`)
    }
    const mistake = operation.resumable === undefined ? undefined : resumableMistake(operation.input, operation.stream, operation.resumable)
    if (mistake !== undefined) throw new ContractError(`Declared operation "${name}.${key}" as resumable: ${mistake}`)
  }
  for (const key of Object.keys(events ?? {})) requireName(`event "${name}.${key}"`, key)
  return Object.freeze({ name, version, operations: Object.freeze({ ...operations }), events: Object.freeze({ ...(events as Evs) }) })
}

function requireName(what: string, name: string): void {
  if (typeof name !== 'string' || !namePattern.test(name)) throw new ContractError(`Declared ${what}: expected a name that matches ${namePattern.source}`)
}
