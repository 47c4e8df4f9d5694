import { setImmediate } from 'node:timers/promises'
import { KernelError } from './errors.ts'
import type { Instance, Successor } from './instance.ts'
import type { HeldState } from './state.ts'

/** Rounds that are told while the old instance goes on: the second takes what changed during the first, so that little is left. */
const roundsAhead = 2

/** The state of a running instance on its way to the one that takes its place. */
export class HandOver {
  readonly #from: HeldState
  readonly #to: Pick<HeldState, 'take'>
  readonly #version: number

  private constructor(from: HeldState, to: Pick<HeldState, 'take'>, version: number) {
    this.#from = from
    this.#to = to
    this.#version = version
  }

  /**
   * The hand-over between two instances, or undefined where the old one holds no state.
   *
   * @throws KernelError `STATE_INVALID` where the new one cannot take what the old one holds
   */
  static between(previous: Instance, next: Successor): HandOver | undefined {
    const { held: from, description: { state: old } } = previous
    if (from === undefined || old === undefined) return undefined
    const { held: to, description: { state: young } } = next
    const refusal = refusedState(old, young)
    if (refusal !== undefined || to === undefined || young === undefined) throw new KernelError('STATE_INVALID', `Handed over the state of component "${previous.spec.component}": ${refusal ?? 'the new version holds none'}`)
    return new HandOver(from, to, Math.min(old.version, young.version))
  }

  /** Copies what is there while the old instance goes on; resolves to the characters that were copied. */
  async copy(): Promise<number> {
    await this.#from.open(this.#version)
    try {
      let characters = 0
      for (let round = 0; round < roundsAhead; round++) characters += await this.#round()
      return characters
    } catch (error) {
      // Or the old instance would note what changes until it ends.
      await this.undo()
      throw error
    }
  }

  /** Copies the rest, of an instance that works on nothing any more; from here on its state does not change. */
  async finish(): Promise<void> {
    await this.#from.seal()
    await this.#round()
  }

  /** Lets the old instance go on with what it still has. */
  async undo(): Promise<void> {
    await this.#from.release()
  }

  async #round(): Promise<number> {
    let characters = 0
    for (let portion = await this.#from.next(); portion !== undefined; portion = await this.#from.next()) {
      await this.#to.take(portion, this.#version)
      characters += portion.length
      // Two instances inline would tell and take everything in one turn of the event loop, and nobody be served meanwhile.
      await setImmediate()
    }
    return characters
  }
}

type StateDescription = NonNullable<Instance['description']['state']>

/** Why a version cannot take over the state of the one that runs, in words; undefined where it can. */
export function refusedState(old: StateDescription | undefined, young: StateDescription | undefined): string | undefined {
  if (old === undefined) return undefined
  if (young === undefined) return `what runs holds state (version ${old.version}), the other version holds none and would lose it`
  if (young.version > old.version && !young.converts) return `what runs holds version ${old.version} of its state, and version ${young.version} declares no convert`
  if (young.version < old.version && !old.reverts) return `what runs holds version ${old.version} of its state, and it declares no revert to version ${young.version}`
  return undefined
}
