import { messageOf } from '@caruso/contract'
import { advance, begin, type Turn } from '../engine/advance.ts'
import type { Act, Input, Lookout, State, Untimed } from '../engine/state.ts'
import { DialogError } from '../errors.ts'
import type { Script, Value } from '../script.ts'
import type { Texts } from '@caruso/gateway/contract'
import { textsFor } from '../own-texts.ts'
import { viewOf } from '../view.ts'
import type { View } from '../view-schema.ts'
import { shownAnswers, shownView } from './shown.ts'
import { commandWords, typedLine, type TypedLine } from './typed-line.ts'

/** How a conversation begins. */
export interface Beginning extends Pick<State, 'channel' | 'given' | 'language'> {
  /** The texts of the plugin by their languages. */
  readonly texts: ReadonlyMap<string, Texts>
  /** The time, as ISO 8601 in UTC. */
  readonly now: () => string
}

/** All that became of a conversation. */
export interface Outcome {
  readonly dialog: string
  readonly version: string
  readonly status: View['status']
  readonly outcome?: string
  readonly handOver?: string
  readonly answers: Readonly<Record<string, Value>>
  /** The names of answers that are not shown to people. */
  readonly sensitive: readonly string[]
  readonly actions: readonly Pick<Act, 'action' | 'args'>[]
  readonly given: Readonly<Record<string, Value>>
  readonly inputs: readonly Input[]
}

/** A dialog in a terminal: lines come in, lines go out. */
export class Conversation {
  readonly #script: Script
  readonly #texts: ReadonlyMap<string, Texts>
  readonly #now: () => string
  readonly #inputs: Input[] = []
  readonly #actions: Act[] = []
  #turn: Turn
  #told = 0
  #hasQuit = false

  constructor(script: Script, { given, channel, language, texts, now }: Beginning) {
    this.#script = script
    this.#texts = texts
    this.#now = now
    this.#turn = begin(script, { given, channel, language, at: now() })
    this.#act()
  }

  get isOver(): boolean {
    return this.#hasQuit || !['asking', 'waiting'].includes(this.view.status)
  }

  get view(): View {
    const { state, position } = this.#turn
    return viewOf(state, position, textsFor(this.#texts, state.language))
  }

  /** What is to be found out before it goes on. */
  get lookout(): Lookout | undefined {
    const { at } = this.#turn.position
    return at.kind === 'waiting' ? at.for : undefined
  }

  get outcome(): Outcome {
    const { status, outcome, handOver } = this.view
    const { answered } = this.#turn.position
    return {
      dialog: this.#script.id,
      version: this.#script.version,
      status,
      ...(outcome === undefined ? {} : { outcome }),
      ...(handOver === undefined ? {} : { handOver }),
      answers: Object.fromEntries(answered.map(({ path, value }) => [path, value])),
      sensitive: answered.filter(({ node }) => node.sensitive).map(({ path }) => path),
      actions: this.#actions.map(({ action, args }) => ({ action, args })),
      given: this.#turn.state.given,
      inputs: this.#inputs,
    }
  }

  /** What is said now, with the question. */
  shown(): readonly string[] {
    return shownView(this.view)
  }

  /** Takes what was found for the lookout. @throws DialogError where it cannot go on: nobody is there to be told, and it would be looked up for ever */
  found(found: { readonly value: Value; readonly failed?: true }): readonly string[] {
    const asked = this.lookout?.asked
    return asked === undefined ? [] : this.#goOn({ kind: 'found', asked, ...found })
  }

  /** Takes a line that somebody typed, and tells what is to be said to it. */
  take(line: string): readonly string[] {
    return this.#do(typedLine(line, this.view))
  }

  #do(typed: TypedLine): readonly string[] {
    const { question, channel } = this.view
    switch (typed.kind) {
      case 'answers':
        return shownAnswers(this.view)
      case 'quit':
        this.#hasQuit = true
        return []
      case 'unknown':
        return [`There is no command ":${typed.command}". Commands: ${commandWords}`]
      case 'proposed':
        return this.#put({ kind: 'answer', value: (question?.proposed ?? null) as Value })
      case 'answer':
        // What a caller would say is typed; it is no keys.
        return this.#put(channel === 'keypad' && question?.keypad === 'record' ? { kind: 'answer', value: typed.text } : typed)
      case 'no-input':
      case 'help':
      case 'back':
        return this.#put({ kind: typed.kind })
      case 'change':
      case 'turn':
        return this.#put(typed)
    }
  }

  #put(said: Untimed): readonly string[] {
    try {
      return this.#goOn(said)
    } catch (error) {
      if (!(error instanceof DialogError)) throw error
      return [messageOf(error)]
    }
  }

  #goOn(said: Untimed): readonly string[] {
    const input: Input = { ...said, at: this.#now() }
    this.#turn = advance(this.#script, this.#turn.state, input)
    this.#inputs.push(input)
    return this.#act()
  }

  #act(): readonly string[] {
    this.#actions.push(...this.#turn.effects.flatMap((effect) => (effect.kind === 'act' ? effect.actions : [])))
    const told = this.#actions.slice(this.#told).map(({ action, args }) => `[${action} ${JSON.stringify(args)}]`)
    this.#told = this.#actions.length
    return told
  }
}
