import { namePattern, type Client, type Contract, type DeepReadonly, type Implementation, type Static, type TSchema } from '@caruso/contract'
import { KernelError } from './errors.ts'
import type { Log } from './log.ts'
import type { PublicServices } from './public-services.ts'
import type { Scope } from './scope.ts'
import type { State, StateDeclaration } from './state.ts'

/** A requirement that may be missing: `current` is undefined while nobody provides it. */
export interface Optional<C extends Contract> {
  readonly kind: 'optional'
  readonly contract: C
}

/** A requirement of whatever public operations and events there are, as the gateway has. */
export interface EveryPublic {
  readonly kind: 'public'
}

export type Requirement = Contract | Optional<Contract> | EveryPublic
export type Provides = Readonly<Record<string, Contract>>
export type Requires = Readonly<Record<string, Requirement>>

/** What `start` receives for a requirement. */
export type Injected<R extends Requirement> = R extends Optional<infer C>
  ? { readonly current: Client<C> | undefined }
  : R extends EveryPublic
    ? PublicServices
    : R extends Contract
      ? Client<R>
      : never

/** What `start` receives: a client for each requirement, and the reserved names. */
export type StartContext<Config extends TSchema, R extends Requires, Entry extends TSchema = never> = {
  readonly config: DeepReadonly<Static<Config>>
  readonly scope: Scope
  readonly log: Log
} & { readonly [Key in keyof R]: Injected<R[Key]> } & ([Entry] extends [never] ? unknown : { readonly state: State<Static<Entry>> })

export type Implementations<P extends Provides> = { readonly [Key in keyof P]: Implementation<P[Key]> }

/** What a version needs of those it requires before it starts, by the key of the requirement: plain data, which they understand (`Preparation`). */
export type Needs<R extends Requires> = { readonly [Key in keyof R]?: unknown }

/** The code of a component. Plain data: versions of it lie side by side and share nothing. */
export interface PluginDefinition<Config extends TSchema = TSchema, P extends Provides = Provides, R extends Requires = Requires, Entry extends TSchema = never> {
  readonly name: string
  readonly config: Config
  readonly provides: P
  readonly requires: R
  readonly needs?: Needs<R>
  readonly state?: StateDeclaration<Entry>
  start(context: StartContext<Config, R, Entry>): Promise<Implementations<P>> | Implementations<P>
}

/** Names that `start` receives besides its requirements. */
export const reservedNames: readonly string[] = ['config', 'scope', 'log', 'state']

/**
 * Declares a plugin.
 *
 * `start` only prepares. What may run in one instance only (timers, pollers, consumers, listeners) goes into
 * `scope.whenActive`. There is no `stop`: whoever acquires something registers its disposer with `scope.own`.
 *
 * @throws KernelError `PLUGIN_INVALID` when a name is reserved or not allowed
 */
export function definePlugin<Config extends TSchema, const P extends Provides = Record<never, never>, const R extends Requires = Record<never, never>, Entry extends TSchema = never>(definition: {
  readonly name: string
  readonly config: Config
  readonly provides?: P
  readonly requires?: R
  readonly needs?: Needs<R>
  readonly state?: StateDeclaration<Entry>
  start(context: StartContext<Config, R, Entry>): Promise<Implementations<P>> | Implementations<P>
}): PluginDefinition<Config, P, R, Entry> {
  const { name, config, needs, state, start } = definition
  const provides = definition.provides ?? ({} as P)
  const requires = definition.requires ?? ({} as R)
  if (!namePattern.test(name)) throw new KernelError('PLUGIN_INVALID', `Defined plugin ${JSON.stringify(name)}: expected a name that matches ${namePattern.source}`)
  for (const key of [...Object.keys(provides), ...Object.keys(requires)]) {
    if (reservedNames.includes(key)) throw new KernelError('PLUGIN_INVALID', `Defined plugin "${name}" with the key "${key}": the names ${reservedNames.join(', ')} are reserved`)
  }
  if (state !== undefined && !(Number.isSafeInteger(state.version) && state.version > 0)) throw new KernelError('PLUGIN_INVALID', `Defined plugin "${name}" with version ${state.version} of its state: expected a whole number from 1`)
  return Object.freeze({ name, config, provides, requires, ...(needs === undefined ? {} : { needs }), ...(state === undefined ? {} : { state }), start })
}

/** Marks a requirement as one that may be missing, or come later. */
export function optional<C extends Contract>(contract: C): Optional<C> {
  return Object.freeze({ kind: 'optional', contract })
}

/** Requires whatever public operations and events the assembly offers. */
export const everyPublic: EveryPublic = Object.freeze({ kind: 'public' })
