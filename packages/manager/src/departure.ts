import type { Call, Client, InputOf, OutputOf } from '@caruso/contract'
import type { ComponentSpec, Description, HeldState, InstanceState, Successor } from '@caruso/kernel'
import type { Manager } from './contract.ts'
import { ManagerError } from './errors.ts'
import type { Move } from './journal.ts'

/** Milliseconds that the other host may take for a step. */
const stepLimit = 10_000
const startLimit = 60_000
/** Characters of state that are told in one message, so that many small entries fit; a large one goes alone. */
const messageSize = 65_536

type Proceed = (typeof Manager)['operations']['proceed']

/** Where a component goes, and how its service manager is called there. */
export interface Destination {
  readonly manager: Client<typeof Manager>
  readonly move: Move
  callOf(timeout: number): Call
}

/** The instance that a component of this host is to go on as at another host. */
export class Departure implements Successor {
  readonly id: string
  readonly spec: ComponentSpec
  readonly move: Move
  readonly #destination: Destination
  #description: Description | undefined
  #state: InstanceState = 'created'

  private constructor(id: string, spec: ComponentSpec, destination: Destination) {
    this.id = id
    this.spec = spec
    this.move = destination.move
    this.#destination = destination
  }

  /**
   * Has the other host find the version there; nothing is loaded yet.
   *
   * @throws what the other host found missing
   */
  static async open(spec: ComponentSpec, destination: Destination, asked: { readonly version: string; readonly from: string; readonly running: string; readonly epoch: number; readonly who: string; readonly why: string }): Promise<Departure> {
    const { arrival, version, isolation } = await destination.manager.arrive({ component: spec.component, ...asked }, destination.callOf(stepLimit))
    return new Departure(arrival, { ...spec, version, isolation }, destination)
  }

  get description(): Description {
    if (this.#description === undefined) throw new ManagerError('SWAP_FAILED', `Asked what component "${this.spec.component}" provides at host "${this.move.host}": it is not loaded there`)
    return this.#description
  }

  get state(): InstanceState {
    return this.#state
  }

  /** Takes what is told at this host over there. */
  get held(): Pick<HeldState, 'take'> | undefined {
    if (this.description.state === undefined) return undefined
    return {
      take: async (portion, version) => {
        for (const part of partsOf(portion)) await this.#proceed({ step: 'take', portion: part, version })
      },
    }
  }

  async load(): Promise<void> {
    const { description } = await this.#proceed({ step: 'load' }, startLimit)
    this.#description = description as Description
  }

  async start(): Promise<void> {
    await this.#proceed({ step: 'start' }, startLimit)
    this.#state = 'ready'
  }

  async activate(): Promise<void> {
    // Whatever becomes of the answer, it may be active from now on.
    this.#state = 'active'
    await this.#proceed({ step: 'activate' })
  }

  async deactivate(): Promise<void> {
    await this.#proceed({ step: 'deactivate' })
    this.#state = 'ready'
  }

  /** Tells the other host that it is its own now. */
  async commit(): Promise<void> {
    this.#state = 'gone'
    await this.#proceed({ step: 'commit' })
  }

  /** Has the other host let go of it, unless it was given to it. */
  async dispose(): Promise<readonly string[]> {
    if (this.#state === 'gone') return []
    this.#state = 'gone'
    return (await this.#proceed({ step: 'leave' })).left ?? []
  }

  async #proceed(step: Omit<InputOf<Proceed>, 'arrival'>, timeout = stepLimit): Promise<OutputOf<Proceed>> {
    return await this.#destination.manager.proceed({ arrival: this.id, ...step }, this.#destination.callOf(timeout))
  }
}

/** What was told of a state, in parts that fit into messages. */
function* partsOf(portion: string): Generator<string> {
  let part: string[] = []
  let size = 0
  for (const told of JSON.parse(portion) as readonly unknown[]) {
    const text = JSON.stringify(told)
    if (size > 0 && size + text.length > messageSize) {
      yield `[${part.join(',')}]`
      part = []
      size = 0
    }
    part.push(text)
    size += text.length
  }
  yield `[${part.join(',')}]`
}
