import { randomUUID } from 'node:crypto'
import { messageOf, type Call } from '@caruso/contract'
import type { Texts } from '@caruso/gateway/contract'
import type { CommittedEvent } from '@caruso/modeler/contract'
import { LRUCache } from 'lru-cache'
import { advance, begin, type Turn } from './engine/advance.ts'
import type { Input, State, Untimed } from './engine/state.ts'
import { walk } from './engine/walk.ts'
import type { DialogStore, KeptDialog } from './dialog-store.ts'
import { requireTypes } from './declared-types.ts'
import { DialogError } from './errors.ts'
import { editionFrom, type Edition, type Library } from './library.ts'
import type { Lookouts } from './lookouts.ts'
import { textsFor } from './own-texts.ts'
import type { ClassNames } from './class-names.ts'
import type { Script } from './script.ts'
import type { View } from './view-schema.ts'
import { viewOf } from './view.ts'

/** Where a dialog stands, for who leads it. */
export interface Stands {
  readonly dialog: string
  readonly seq: number
  readonly view: View
}

/** What a desk works with. */
export interface DeskParts {
  readonly store: DialogStore
  readonly lookouts: Lookouts
  readonly library: () => Library
  readonly names: (call: Call) => Promise<ClassNames>
  readonly texts: ReadonlyMap<string, Texts>
  readonly now: () => Date
  readonly changed: (stands: Stands, call: Call) => void
}

/** Older forms of scripts with which dialogs still run, so many at most. */
const rememberedEditions = 100

/** More is never found one after the other without asking. */
const mostLookouts = 100

/** Leads dialogs: begins them, takes inputs, finds what they wait for, and keeps each step before it is answered. */
export class DialogDesk {
  readonly #parts: DeskParts
  readonly #editions = new LRUCache<string, Promise<Edition>>({ max: rememberedEditions })

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  async begin(id: string, { channel, language, given }: Pick<State, 'channel' | 'given' | 'language'>, call: Call): Promise<Stands> {
    const edition = this.#parts.library().editions.get(id)
    if (edition === undefined) throw new DialogError('SCRIPT_UNKNOWN', `Began a dialog by the script "${id}": there is none that can be used`)
    const { script } = edition
    if (!script.channels.includes(channel) || !script.languages.includes(language)) throw new DialogError('INPUT_INVALID', `Began the dialog "${id}" for "${channel}" in "${language}": the script has ${script.channels.join(', ')} in ${script.languages.join(', ')}`)
    const missing = script.inputs.filter(({ name, required }) => required && (given[name] ?? null) === null)
    if (missing.length > 0) throw new DialogError('INPUT_INVALID', `Began the dialog "${id}": "${missing.map(({ name }) => name).join('", "')}" must be given`)
    const unknown = Object.keys(given).filter((name) => !script.inputs.some((input) => input.name === name))
    if (unknown.length > 0) throw new DialogError('INPUT_INVALID', `Began the dialog "${id}": the script has no input "${unknown.join('", "')}"`)
    requireInputs(script, given)
    const at = this.#at()
    const { turn, turns, found } = await this.#found(edition, begin(script, { given, channel, language, at }), call)
    const dialog = randomUUID()
    return this.#stands(await this.#parts.store.begin(dialog, edition, { turn, inputs: found, suspended: false, events: eventsOf(dialog, edition, turns), at }, call), turn, call)
  }

  async get(id: string, call: Call): Promise<Stands> {
    const kept = await this.kept(id, call)
    const turn = turnOf(kept)
    const { turn: after, turns, found } = await this.#found(kept.edition, turn, call)
    if (found.length === 0) return this.#stands(kept, turn, call, false)
    return this.#stands(await this.#parts.store.save(kept, { turn: after, inputs: found, suspended: kept.suspended, events: eventsOf(id, kept.edition, turns), at: this.#at() }, call), after, call)
  }

  /** The dialog as it is kept, also where a version that runs beside this one has gone on with it. */
  async kept(id: string, call: Call): Promise<KeptDialog> {
    return await this.#parts.store.read(id, this.#editionBy(call), call)
  }

  /**
   * Takes an input from who has seen so many.
   *
   * @throws DialogError `DIALOG_MOVED` where there were more; the same input again is answered as it was
   */
  async take(id: string, seq: number, given: Untimed, call: Call): Promise<Stands> {
    const kept = await this.#current(id, (known) => known.seq < seq || known.suspended, call)
    if (kept.seq !== seq) return await this.#again(kept, seq, given, call)
    if (kept.suspended) throw new DialogError('DIALOG_SUSPENDED', `Took the input "${given.kind}" into the dialog "${id}": it was laid aside and is to be resumed first`)
    const input = { ...given, at: this.#at() } as Input
    const { turn, found, turns } = await this.#found(kept.edition, advance(kept.edition.script, kept.state, input), call)
    return this.#stands(await this.#parts.store.save(kept, { turn, inputs: [input, ...found], suspended: false, events: eventsOf(id, kept.edition, turns), at: input.at }, call), turn, call)
  }

  /** Ends a dialog that nobody went on with. @throws DialogError `DIALOG_MOVED` where somebody did after it was found with so many changes */
  async expire({ id, changes }: Pick<KeptDialog, 'id' | 'changes'>, call: Call): Promise<void> {
    const kept = await this.#current(id, (known) => known.changes < changes, call)
    if (kept.changes !== changes) throw movedError(kept, kept.seq)
    const at = this.#at()
    const input = { kind: 'expire', at } as const
    const turn = advance(kept.edition.script, kept.state, input)
    this.#stands(await this.#parts.store.save(kept, { turn, inputs: [input], suspended: false, events: [], at }, call), turn, call)
  }

  /** Lays a dialog aside, or takes it up again. */
  async suspend(id: string, seq: number, suspended: boolean, call: Call): Promise<Stands> {
    const kept = await this.kept(id, call)
    const turn = turnOf(kept)
    if (turn.position.at.kind === 'ended' || kept.state.over !== undefined) throw new DialogError('DIALOG_OVER', `${suspended ? 'Laid aside' : 'Resumed'} the dialog "${id}": it is over`)
    if (kept.seq !== seq) throw movedError(kept, seq)
    if (kept.suspended === suspended) return this.#stands(kept, turn, call, false)
    return this.#stands(await this.#parts.store.save(kept, { turn, inputs: [], suspended, events: [], at: this.#at() }, call), turn, call)
  }

  /** The dialog as it is remembered, and as it is kept where that is old. */
  async #current(id: string, isOld: (known: KeptDialog) => boolean, call: Call): Promise<KeptDialog> {
    const known = await this.#parts.store.get(id, this.#editionBy(call), call)
    return isOld(known) ? await this.kept(id, call) : known
  }

  /** The answer to an input that came before, where it is the same; its first answer may have been lost. */
  async #again(kept: KeptDialog, seq: number, given: Untimed, call: Call): Promise<Stands> {
    const { at: _at, ...before } = (seq < kept.seq ? await this.#parts.store.input(kept.id, seq + 1, call) : undefined) ?? { at: '' }
    if (JSON.stringify(before) !== JSON.stringify(given)) throw movedError(kept, seq)
    return this.#stands(kept, turnOf(kept), call, false)
  }

  /** Finds what the dialog waits for until it asks somebody. */
  async #found({ script }: Edition, first: Turn, call: Call): Promise<{ readonly turn: Turn; readonly turns: readonly Turn[]; readonly found: readonly Input[] }> {
    const turns = [first]
    const found: Input[] = []
    for (let turn = first; turn.position.at.kind === 'waiting' && turn.state.over === undefined; ) {
      if (found.length === mostLookouts) throw new DialogError('SCRIPT_LOOPS', `Went on in the dialog "${script.id}": it looked ${mostLookouts} times without asking anything`)
      const input = await this.#parts.lookouts.find(turn.position.at.for, this.#at(), call)
      found.push(input)
      turn = advance(script, turn.state, input)
      turns.push(turn)
    }
    return { turn: turns.at(-1) ?? first, turns, found }
  }

  #editionBy(call: Call): (id: string, script: string) => Promise<Edition> {
    return async (id, script) => await this.#edition(id, script, call)
  }

  async #edition(id: string, script: string, call: Call): Promise<Edition> {
    const current = this.#parts.library().editions.get(script)
    if (current?.id === id) return current
    const made = this.#editions.get(id) ?? this.#older(id, script, call)
    this.#editions.set(id, made)
    try {
      return await made
    } catch (error) {
      this.#editions.delete(id)
      throw error
    }
  }

  async #older(id: string, script: string, call: Call): Promise<Edition> {
    const [texts, { classes }] = await Promise.all([this.#parts.store.texts(id, call), this.#parts.names(call)])
    return editionFrom(id, script, texts, classes, this.#parts.library().actions)
  }

  #stands({ id, seq, suspended }: KeptDialog, { state, position }: Turn, call: Call, isNew = true): Stands {
    const view = viewOf(state, position, textsFor(this.#parts.texts, state.language))
    const stands = { dialog: id, seq, view: suspended ? { ...view, status: 'suspended' as const } : view }
    if (isNew) this.#parts.changed(stands, call)
    return stands
  }

  #at(): string {
    return this.#parts.now().toISOString()
  }
}

/** Else the dialog would be kept, and fail wherever its script names the input. */
function requireInputs({ id, inputs }: Script, given: State['given']): void {
  try {
    requireTypes(given, Object.fromEntries(inputs.map(({ name, type }) => [name, type])))
  } catch (cause) {
    throw new DialogError('INPUT_INVALID', `Began the dialog "${id}": ${messageOf(cause)}`, { cause })
  }
}

function turnOf({ edition, state }: KeptDialog): Turn {
  return { state, position: walk(edition.script, state), effects: [] }
}

/** Durable events of what steps let go, and of the end. */
function eventsOf(dialog: string, { script }: Edition, turns: readonly Turn[]): readonly CommittedEvent[] {
  return turns.flatMap(({ effects, state }) =>
    effects.flatMap((effect): readonly CommittedEvent[] => {
      if (effect.kind === 'act') return effect.actions.map(({ action, args }) => ({ topic: action, payload: { dialog, script: script.id, args } }))
      if (effect.kind !== 'ended') return []
      return [{ topic: 'dialogs.ended', payload: { dialog, script: script.id, version: script.version, channel: state.channel, language: state.language, outcome: effect.outcome, ...(effect.handOver === undefined ? {} : { handOver: effect.handOver }), results: effect.results }, change: 0 }]
    }),
  )
}

function movedError({ id, seq }: KeptDialog, seen: number): DialogError {
  return new DialogError('DIALOG_MOVED', `Went on with the dialog "${id}" from input ${seen}: it is at ${seq}`, { details: { seq } })
}
