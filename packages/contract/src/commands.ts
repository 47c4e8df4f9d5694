import type { Call } from './call.ts'
import { namePattern, type Client, type Contract, type DeepReadonly } from './contract.ts'
import { ContractError } from './errors.ts'
import type { Static, Type } from './typebox.ts'

/** A command of `caruso` that a plugin ships. Plain data, but for `run`. */
export interface Command<Input extends Type.TObject = Type.TObject> {
  /** Begins with a small letter, as the other commands do. */
  readonly description: string
  /** A line that somebody may type. */
  readonly example: string
  /** What is typed: texts, choices (`enum`), numbers, and booleans, which are options without a value. */
  readonly input: Input
  /** The keys of the input that are typed by their place; the others are options. */
  readonly arguments?: readonly (keyof Static<Input> & string)[]
  /** What it throws ends `caruso` with its message; the code `USAGE` says that what was typed is not right. */
  run(input: DeepReadonly<Static<Input>>, context: CommandContext): Promise<void>
}

export type Commands = Readonly<Record<string, Command>>

/** What a command works with. */
export interface CommandContext {
  /** The folder of the assembly that the command is typed in, or that `--assembly` names. */
  readonly folder: string | undefined
  readonly terminal: Terminal
  /** What `assembly.yaml` says. Fails with `USAGE` where there is no assembly, as the others do. */
  assembly(): Promise<InstalledAssembly>
  /** The plugin of a component in the version that runs, or would; or the one in a folder, which begins with a dot or a slash. */
  plugin(of: string): Promise<InstalledPlugin>
  /**
   * Runs the component of the assembly that provides a contract, with those that it requires and without the others, and
   * works with its client; also where the assembly does not run. Fails with `USAGE` where no component does.
   */
  alone<C extends Contract, T>(contract: C, work: (client: Client<C>, call: (timeout: number, permissions?: readonly string[]) => Call) => Promise<T>): Promise<T>
  /** Works with the assembly while it runs. Fails with `NOT_RUNNING` where it does not. */
  connected<T>(work: (assembly: LiveAssembly) => Promise<T>): Promise<T>
}

/** Where a command writes: answers to standard output, progress to standard error. */
export interface Terminal {
  readonly json: boolean
  /** An answer: the value as one line of JSON, or the text for people. */
  answer(value: unknown, text: () => string): void
  /** What goes on, for people only. */
  progress(text: string): void
}

export interface InstalledAssembly {
  readonly name: string
  readonly folder: string
  /** `config` holds secrets in clear. */
  readonly components: Readonly<Record<string, { readonly plugin: string; readonly config: Readonly<Record<string, unknown>> }>>
}

export interface InstalledPlugin {
  readonly name: string
  readonly version: string
  readonly folder: string
  /** The file whose default export is the plugin. */
  readonly entry: string
}

/** An assembly that runs, as an operator reaches it. */
export interface LiveAssembly {
  readonly name: string
  instances(): readonly LiveInstance[]
  client<C extends Contract>(contract: C): Client<C>
  /** A call on behalf of the user of this terminal, who may manage unless told; `timeout` in milliseconds. */
  call(timeout: number, permissions?: readonly string[], trace?: string): Call
  /** Hears events: of one kind (`contract.event`), or all (`*`); returns the end of it. */
  on(topic: string, heard: (event: { readonly component: string; readonly contract: string; readonly event: string; readonly payload: unknown }) => void): () => void
  /** Asks whoever listens to a subject of NATS, and hears the text of every answer; returns the end of it. */
  survey(subject: string, question: unknown, heard: (answer: string) => void): () => void
}

export interface LiveInstance {
  readonly id: string
  readonly component: string
  readonly version: string
  readonly host: string
  readonly isolation: string
  readonly contracts: readonly Contract[]
  readonly health: { readonly ok: boolean; readonly detail?: string }
  /** The instance is being tried: from 0 to 1, how much of the calls it gets. */
  readonly share?: number
  /** New calls wait at their callers. */
  readonly paused?: true
}

/**
 * Declares the commands that a plugin's package exports by default as `./cli`. That file is loaded whenever help is
 * shown, so it imports nothing heavy by itself: `run` does.
 *
 * @throws ContractError `CONTRACT_INVALID` when a name is not allowed
 */
export function defineCommands<const Inputs extends Readonly<Record<string, Type.TObject>>>(commands: { readonly [Name in keyof Inputs]: Command<Inputs[Name]> }): Commands {
  for (const name of Object.keys(commands)) {
    if (!namePattern.test(name)) throw new ContractError(`Declared command ${JSON.stringify(name)}: expected a name that matches ${namePattern.source}`)
  }
  return Object.freeze(commands)
}
