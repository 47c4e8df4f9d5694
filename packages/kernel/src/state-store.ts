import { checkOf, messageOf, type Check } from '@caruso/contract'
import { KernelError } from './errors.ts'
import type { HeldState, State, StateDeclaration } from './state.ts'

/** Entries of one portion: telling them delays whoever else is served by less than a millisecond or two. */
const portionSize = 500

type Told = readonly [key: string, entry?: unknown]

/** The state of one instance, and its telling. */
export class StateStore implements State, HeldState {
  readonly #title: string
  readonly #declaration: StateDeclaration
  readonly #check: Check
  readonly #entries = new Map<string, unknown>()
  /** What changes while it is told; undefined while it is not. */
  #changed: Set<string> | undefined
  #round: Iterator<string> | undefined
  #toldAs = 0
  #sealed = false

  constructor(component: string, declaration: StateDeclaration) {
    this.#title = `the state of component "${component}"`
    this.#declaration = declaration
    this.#check = checkOf(declaration.entry)
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): never {
    return this.#entries.get(key) as never
  }

  set(key: string, entry: unknown): void {
    this.#requireOpen(key)
    this.#requireValid(key, entry)
    this.#entries.set(key, entry)
    this.#changed?.add(key)
  }

  delete(key: string): boolean {
    this.#requireOpen(key)
    this.#changed?.add(key)
    return this.#entries.delete(key)
  }

  entries(): Iterable<[string, never]> {
    return this.#entries.entries() as Iterable<[string, never]>
  }

  open(version: number): Promise<void> {
    this.#toldAs = version
    this.#changed = new Set()
    this.#round = this.#entries.keys()
    return Promise.resolve()
  }

  async next(): Promise<string | undefined> {
    const round = (this.#round ??= this.#changedKeys())
    const told: Told[] = []
    while (told.length < portionSize) {
      const { done, value } = round.next()
      if (done === true) break
      told.push(this.#entries.has(value) ? [value, this.#outgoing(value)] : [value])
    }
    if (told.length === 0) this.#round = undefined
    return await Promise.resolve(told.length === 0 ? undefined : JSON.stringify(told))
  }

  seal(): Promise<void> {
    this.#sealed = true
    return Promise.resolve()
  }

  release(): Promise<void> {
    this.#sealed = false
    this.#changed = undefined
    this.#round = undefined
    return Promise.resolve()
  }

  async take(portion: string, version: number): Promise<void> {
    for (const [key, ...[entry]] of JSON.parse(portion) as Told[]) {
      if (entry === undefined) this.#entries.delete(key)
      else this.#entries.set(key, this.#incoming(key, entry, version))
    }
    await Promise.resolve()
  }

  #changedKeys(): Iterator<string> {
    const changed = this.#changed ?? new Set()
    this.#changed = new Set()
    return changed.values()
  }

  #outgoing(key: string): unknown {
    const entry = this.#entries.get(key)
    const { version, revert } = this.#declaration
    if (this.#toldAs >= version) return entry
    if (revert === undefined) throw new KernelError('ENTRY_INVALID', `Told ${this.#title} as version ${this.#toldAs}: its version ${version} declares no revert`)
    return this.#tried(key, () => revert(entry as never, this.#toldAs))
  }

  #incoming(key: string, entry: unknown, from: number): unknown {
    const { version, convert } = this.#declaration
    if (from > version || (from < version && convert === undefined)) throw new KernelError('ENTRY_INVALID', `Took over ${this.#title} from version ${from}: its version ${version} declares no convert for it`)
    const mine = from === version || convert === undefined ? entry : this.#tried(key, () => convert(entry, from))
    this.#requireValid(key, mine)
    return mine
  }

  #tried(key: string, work: () => unknown): unknown {
    try {
      return work()
    } catch (cause) {
      throw new KernelError('ENTRY_INVALID', `Converted entry "${key}" of ${this.#title}: ${messageOf(cause)}`, { cause })
    }
  }

  #requireOpen(key: string): void {
    if (this.#sealed) throw new KernelError('ENTRY_INVALID', `Changed entry "${key}" of ${this.#title}: it has been handed over`)
  }

  #requireValid(key: string, entry: unknown): void {
    if (!this.#check.accepts(entry)) throw new KernelError('ENTRY_INVALID', `Kept entry "${key}" of ${this.#title}: ${this.#check.explain(entry)}`)
  }
}
