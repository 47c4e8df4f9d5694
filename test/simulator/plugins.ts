import { contract, narrow, Type } from '@caruso/contract'
import { definePlugin, optional, type LoadedPlugin, type Scope, type State } from '@caruso/kernel'
import type { VirtualTime } from './virtual-time.ts'
import type { Life, Witness } from './witness.ts'

const Id = Type.Integer({ minimum: 0 })
const operation = { input: Type.Object({ id: Id }), output: Type.Object({ id: Id }) }
const numbers = { input: Type.Object({ after: Type.Optional(Id) }), stream: Type.Object({ n: Id }), resumable: { item: 'n', input: 'after' } } as const

/** How many numbers a stream has. */
export const streamLength = 100

/** What both the stateful ledger and the stateless clerk offer. */
export const Ledger = contract({ name: 'ledger', version: '1.0.0', operations: { add: operation, addByRelay: operation, peek: { ...operation, idempotent: true }, numbers } })
export const Clerk = contract({ name: 'clerk', version: '1.0.0', operations: { add: operation, peek: { ...operation, idempotent: true }, numbers } })
/** Passes a call on to the ledger, from another host. */
export const Relay = contract({ name: 'relay', version: '1.0.0', operations: { add: operation } })

/** Makes the plugins of one schedule, which take drawn times and fail by drawn chance. */
export class Plugins {
  readonly #time: VirtualTime
  readonly #witness: Witness
  /** Every instance, in the order in which they began. */
  readonly lives: Life[] = []

  constructor(time: VirtualTime, witness: Witness) {
    this.#time = time
    this.#witness = witness
  }

  /** @param faulty whether it may fail to start or hang while it takes over */
  ledger(version: string, faulty: boolean): LoadedPlugin {
    return definePlugin({
      name: 'ledger',
      config: Type.Object({}),
      provides: { ledger: Ledger },
      requires: { relay: optional(Relay) },
      state: { version: 1, entry: Type.Object({ counted: Type.Integer() }) },
      start: async ({ scope, state, relay }) => {
        const life = this.#born(scope, 'ledger', version, state)
        await this.#prepared(scope, faulty)
        const add = async ({ id }: { readonly id: number }): Promise<{ id: number }> => await this.#work(life, () => {
          this.#witness.counts(id, life)
          const key = String(id)
          state.set(key, { counted: (state.get(key)?.counted ?? 0) + 1 })
          return { id }
        })
        return {
          ledger: {
            add,
            addByRelay: async ({ id }, call) => await this.#work(life, async () => (await relay.current?.add({ id }, narrow(call, { timeout: 1_000 }))) ?? { id }),
            peek: async ({ id }) => await this.#work(life, () => ({ id })),
            numbers: ({ after = 0 }) => this.#numbers(life, after),
          },
        }
      },
    }) as LoadedPlugin
  }

  clerk(version: string, faulty: boolean): LoadedPlugin {
    return definePlugin({
      name: 'clerk',
      config: Type.Object({}),
      provides: { clerk: Clerk },
      start: async ({ scope }) => {
        const life = this.#born(scope, 'clerk', version, undefined)
        await this.#prepared(scope, faulty)
        return {
          clerk: {
            add: async ({ id }) => await this.#work(life, () => {
              this.#witness.counts(id, life)
              return { id }
            }),
            peek: async ({ id }) => await this.#work(life, () => ({ id })),
            numbers: ({ after = 0 }) => this.#numbers(life, after),
          },
        }
      },
    }) as LoadedPlugin
  }

  relay(version: string, faulty: boolean): LoadedPlugin {
    return definePlugin({
      name: 'relay',
      config: Type.Object({}),
      provides: { relay: Relay },
      requires: { ledger: optional(Ledger) },
      start: async ({ scope, ledger }) => {
        const life = this.#born(scope, 'relay', version, undefined)
        await this.#prepared(scope, faulty)
        return { relay: { add: async ({ id }, call) => await this.#work(life, async () => (await ledger.current?.add({ id }, call)) ?? { id }) } }
      },
    }) as LoadedPlugin
  }

  #born(scope: Scope, component: string, version: string, state: State | undefined): Life {
    const life = this.#witness.born(component, version, state)
    this.lives.push(life)
    return scope.own(life, (mine) => void (mine.disposed = true))
  }

  async #prepared(scope: Scope, faulty: boolean): Promise<void> {
    const { random } = this.#time
    await this.#sleep(random.within(0, 100))
    if (faulty && random.chance(0.1)) throw new Error('it does not start')
    const fate = faulty ? random.next() : 1
    scope.whenActive(async () => {
      await this.#sleep(fate < 0.05 ? 12_000 : random.within(0, 30))
      if (fate >= 0.05 && fate < 0.15) throw new Error('it does not become active')
      return async () => await this.#sleep(random.chance(0.02) ? 2_500 : random.within(0, 20))
    })
  }

  async #work<T>(life: Life, done: () => T | Promise<T>): Promise<T> {
    const { random } = this.#time
    this.#witness.begins(life)
    try {
      await this.#sleep(random.chance(0.03) ? random.within(500, 3_000) : random.within(0, 40))
      return await done()
    } finally {
      this.#witness.ends(life)
    }
  }

  async *#numbers(life: Life, after: number): AsyncGenerator<{ n: number }, void> {
    for (let n = after + 1; n <= streamLength; n++) {
      if (n % 5 === 0) await this.#sleep(this.#time.random.within(0, 80))
      if (life.disposed) this.#witness.complain(`${life.component} ${life.version} made an item after it was disposed`)
      yield { n }
    }
  }

  async #sleep(milliseconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
  }
}
