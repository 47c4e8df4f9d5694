import { messageOf, type InputOf, type OutputOf } from '@caruso/contract'
import type { ComponentSpec } from '@caruso/kernel'
import type { Host } from '@caruso/kernel/host'
import { Arrival } from './arrival.ts'
import { askUntilTold } from './ask-until-told.ts'
import type { Manager } from './contract.ts'
import { ManagerError } from './errors.ts'
import type { Journal, JournalEntry, Move } from './journal.ts'
import type { OtherHosts } from './other-hosts.ts'

type Proceed = (typeof Manager)['operations']['proceed']

/** The components on their way to this host. */
export class Arrivals {
  readonly #host: Host
  readonly #journal: Journal
  readonly #others: OtherHosts
  readonly #arrivals = new Map<string, Arrival>()
  readonly #abort = new AbortController()
  readonly #settling = new Set<Promise<void>>()

  constructor(host: Host, journal: Journal, others: OtherHosts) {
    this.#host = host
    this.#journal = journal
    this.#others = others
  }

  /** Prepares for a component; nothing is loaded yet. */
  expect(request: ConstructorParameters<typeof Arrival>[2]): Arrival {
    const arrival = new Arrival(this.#host, this.#journal, request, async () => await this.#ask(request.spec.component, request.move))
    this.#arrivals.set(arrival.id, arrival)
    void arrival.over.then(() => this.#arrivals.delete(arrival.id))
    return arrival
  }

  /** Takes one of them a step further. */
  async proceed({ arrival: id, step, portion = '[]', version = 0 }: InputOf<Proceed>): Promise<OutputOf<Proceed>> {
    const arrival = this.#arrivals.get(id)
    const ended = (): Error => new ManagerError('SWAP_FAILED', `Took arrival "${id}" the step "${step}" further at host "${this.#others.own}": it has ended`)
    if (arrival === undefined) throw ended()
    switch (step) {
      case 'load': return { description: await arrival.load() }
      case 'start': await arrival.start(); break
      case 'take': await arrival.take(portion, version); break
      case 'activate': await arrival.activate(); break
      case 'deactivate': await arrival.deactivate(); break
      case 'commit': if (!(await arrival.commit())) throw ended(); break
      case 'leave': return { left: await arrival.leave() }
    }
    return {}
  }

  /** Finds out what became of an arrival that a crash of this host cut short, and runs it where it was given to this host. */
  settle(entry: JournalEntry & { readonly move: Move }, specOf: (version: string) => Promise<ComponentSpec>): void {
    const { component } = entry
    const failed = (err: unknown): void => this.#host.log.error({ component, err }, `Settled whom component "${component}" belongs to: ${messageOf(err)}`)
    const settling = this.#settle(entry, specOf).catch(failed).finally(() => this.#settling.delete(settling))
    this.#settling.add(settling)
  }

  async close(): Promise<void> {
    this.#abort.abort()
    await Promise.all([...this.#arrivals.values()].map(async (arrival) => await arrival.abandon()))
    await Promise.all(this.#settling)
  }

  async #settle({ at: _at, ...entry }: JournalEntry & { readonly move: Move }, specOf: (version: string) => Promise<ComponentSpec>): Promise<void> {
    const given = await askUntilTold(async () => await this.#ask(entry.component, entry.move), this.#abort.signal)
    if (given === undefined) return
    if (!given) return await this.#journal.append({ ...entry, step: 'discarded', detail: `interrupted: host "${entry.move.host}" goes on with it` })
    await this.#journal.append({ ...entry, step: 'switch', detail: '' })
    await this.#journal.append({ ...entry, step: 'interrupted', detail: `interrupted: host "${entry.move.host}" had given it away` })
    await this.#host.startAll([await specOf(entry.to)], true)
  }

  /** A host that is away, or that does not answer, has told nothing. */
  async #ask(component: string, { host, epoch = 0 }: Move): Promise<'yes' | 'no' | 'open'> {
    const answer = await this.#others.askOne(host, async (manager, call) => await manager.gaveAway({ component, epoch }, call))
    return 'told' in answer ? answer.told : 'open'
  }
}
