import { codeOf, type Call, type Client } from '@caruso/contract'
import { objectsOf, type Change, type CommittedEvent, type ObjectsOf, type Objects } from '@caruso/modeler/contract'
import { LRUCache } from 'lru-cache'
import type { Turn } from './engine/advance.ts'
import type { Input, State } from './engine/state.ts'
import { DialogError } from './errors.ts'
import type { Edition } from './library.ts'
import { DialogEdition, DialogInput, DialogObject } from './objects.ts'
import { subjectOf } from './dialog-subject.ts'

/** A dialog as it is kept. */
export interface KeptDialog {
  readonly id: string
  readonly edition: Edition
  readonly state: State
  /** How many inputs came so far. */
  readonly seq: number
  readonly suspended: boolean
  /** The count of changes that the next change must have seen. */
  readonly changes: number
}

/** What a dialog becomes. */
export interface Step {
  readonly turn: Turn
  readonly inputs: readonly Input[]
  readonly suspended: boolean
  readonly events: readonly CommittedEvent[]
  readonly at: string
}

type EditionOf = (id: string, script: string) => Promise<Edition>

/** Dialogs that were used last are remembered, so many at most. */
const remembered = 20_000

/** Keeps dialogs as business objects: each step in one commit, with what came in and the actions that it causes. */
export class DialogStore {
  readonly #objects: Client<typeof Objects>
  readonly #dialogs: ObjectsOf<typeof DialogObject>
  readonly #editions: ObjectsOf<typeof DialogEdition>
  readonly #inputs: ObjectsOf<typeof DialogInput>
  readonly #keyNames: () => Readonly<Record<string, readonly string[]>>
  readonly #known = new LRUCache<string, KeptDialog>({ max: remembered })

  constructor(objects: Client<typeof Objects>, keyNames: () => Readonly<Record<string, readonly string[]>>) {
    this.#objects = objects
    this.#dialogs = objectsOf(objects, DialogObject)
    this.#editions = objectsOf(objects, DialogEdition)
    this.#inputs = objectsOf(objects, DialogInput)
    this.#keyNames = keyNames
  }

  /**
   * The dialog as it is remembered, which may be older than it is kept; only what is kept now can be gone on with.
   *
   * @throws DialogError `DIALOG_UNKNOWN`
   */
  async get(id: string, editionOf: EditionOf, call: Call): Promise<KeptDialog> {
    return this.#known.get(id) ?? (await this.read(id, editionOf, call))
  }

  /**
   * The dialog as it is kept.
   *
   * @throws DialogError `DIALOG_UNKNOWN`
   */
  async read(id: string, editionOf: EditionOf, call: Call): Promise<KeptDialog> {
    const found = await this.#dialogs.get({ id }, call)
    if (found === null) throw new DialogError('DIALOG_UNKNOWN', `Looked for the dialog "${id}": there is none`)
    return this.#remember({ id, edition: await editionOf(found.edition, found.script), state: JSON.parse(found.state) as State, seq: found.seq, suspended: found.status === 'suspended', changes: found.changes })
  }

  /** The texts of an edition that a dialog began with. */
  async texts(edition: string, call: Call): Promise<Readonly<Record<string, string>>> {
    const found = await this.#editions.get({ edition }, call, { fields: ['edition', 'texts'] })
    if (found?.texts === undefined) throw new DialogError('SCRIPT_UNUSABLE', `Looked for the script as the dialog began with it: the edition "${edition.slice(0, 12)}" is gone`)
    return JSON.parse(found.texts) as Readonly<Record<string, string>>
  }

  async begin(id: string, edition: Edition, step: Step, call: Call): Promise<KeptDialog> {
    await this.#keepEdition(edition, call)
    const { state } = step.turn
    const seq = step.inputs.length
    const values = { ...this.#valuesOf(edition, step, seq), id, script: edition.script.id, version: edition.script.version, edition: edition.id, changes: 1, startedBy: call.caller.identity, begun: state.begun }
    await this.#commit([this.#dialogs.create(values), ...this.#inputsOf(id, 0, step, call)], step.events, call)
    return this.#remember({ id, edition, state, seq, suspended: step.suspended, changes: 1 })
  }

  /** @throws DialogError `DIALOG_MOVED` where somebody else was faster */
  async save(dialog: KeptDialog, step: Step, call: Call): Promise<KeptDialog> {
    const { id, edition } = dialog
    const seq = dialog.seq + step.inputs.length
    const change = this.#dialogs.update({ id, changes: dialog.changes }, this.#valuesOf(edition, step, seq))
    try {
      await this.#commit([change, ...this.#inputsOf(id, dialog.seq, step, call)], step.events, call)
    } catch (error) {
      this.#known.delete(id)
      if (codeOf(error) !== 'CONFLICT' && codeOf(error) !== 'VALUE_TAKEN') throw error
      throw new DialogError('DIALOG_MOVED', `Went on with the dialog "${id}" from input ${dialog.seq}: somebody else was faster`, { cause: error })
    }
    return this.#remember({ id, edition, state: step.turn.state, seq, suspended: step.suspended, changes: dialog.changes + 1 })
  }

  /** The input that came as the seq-th. */
  async input(dialog: string, seq: number, call: Call): Promise<Input | undefined> {
    const found = await this.#inputs.get({ dialog, seq }, call)
    return found === null ? undefined : (JSON.parse(found.input) as Input)
  }

  /** Dialogs that nobody went on with for so long, and the counts of changes with which they were found. */
  async *idle(status: 'running' | 'suspended', before: Date, call: Call): AsyncGenerator<Pick<KeptDialog, 'id' | 'changes'>, void> {
    const where = { and: [{ attribute: 'status', op: '==', value: status } as const, { attribute: 'changed', op: '<', value: before.toISOString() } as const] }
    for (let after: string | null | undefined; after !== null; ) {
      const { objects, next } = await this.#dialogs.find({ where, fields: ['id', 'changes'], limit: 100, ...(after === undefined ? {} : { after }) }, call)
      yield* objects
      after = next
    }
  }

  #inputsOf(dialog: string, seq: number, { inputs }: Step, call: Call): readonly Change[] {
    return inputs.map((input, index) => this.#inputs.create({ dialog, seq: seq + index + 1, at: input.at, by: call.caller.identity, input: JSON.stringify(input) }))
  }

  #valuesOf(edition: Edition, { turn, suspended, at }: Step, seq: number) {
    const { state, position } = turn
    const status = state.over ?? (position.at.kind === 'ended' ? 'ended' : suspended ? 'suspended' : 'running')
    const subject = subjectOf(edition.script, position.known, this.#keyNames())
    return { seq, status, channel: state.channel, language: state.language, state: JSON.stringify(state), changed: at, outcome: position.at.kind === 'ended' ? position.at.node.outcome : null, subjectClass: subject?.class ?? null, subjectKey: subject?.key ?? null } as const
  }

  async #keepEdition({ id, script, texts }: Edition, call: Call): Promise<void> {
    if ((await this.#editions.get({ edition: id }, call, { fields: ['edition'] })) !== null) return
    try {
      await this.#editions.commit([this.#editions.create({ edition: id, script: script.id, version: script.version, texts: JSON.stringify(texts) })], call)
    } catch (error) {
      // Another dialog that began at the same time has written the same.
      if (codeOf(error) !== 'VALUE_TAKEN') throw error
    }
  }

  async #commit(changes: readonly Change[], events: readonly CommittedEvent[], call: Call): Promise<void> {
    const commit = async (): Promise<unknown> => await this.#objects.commit({ changes: [...changes], ...(events.length > 0 ? { events: [...events] } : {}) }, call)
    try {
      await commit()
    } catch (error) {
      if (codeOf(error) !== 'CLASS_UNKNOWN') throw error
      // A modeler that has taken another's place learns the classes from the first that asks for them by their definition.
      await Promise.all([this.#dialogs.get({ id: '' }, call), this.#inputs.get({ dialog: '', seq: 0 }, call), this.#editions.get({ edition: '' }, call)])
      await commit()
    }
  }

  #remember(dialog: KeptDialog): KeptDialog {
    if (dialog.state.over === undefined) this.#known.set(dialog.id, dialog)
    else this.#known.delete(dialog.id)
    return dialog
  }
}

