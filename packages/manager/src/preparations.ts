import { type Bus, clientOf } from '@caruso/bus'
import { messageOf, type Client, type Contract, type OutputOf, type Static } from '@caruso/contract'
import { Preparation, type Successor } from '@caruso/kernel'
import type { PlanCheck } from './contract.ts'
import { ManagerError } from './errors.ts'

/** A version of a component, as far as others prepare for it. */
export type Prepared = Pick<Successor, 'spec' | 'description'>

/** What versions of a component need of those they require, asked of those. */
export class Preparations {
  readonly #bus: Bus
  readonly #who: string

  constructor(bus: Bus, who: string) {
    this.#bus = bus
    this.#who = who
  }

  /** What preparing for a version would change, or why that is not possible, for its plan. */
  async checks(next: Prepared, running: Prepared): Promise<Static<typeof PlanCheck>[]> {
    const contracts = needed([running, next])
    // That nobody provides what is required is told as that.
    if (contracts.length === 0 || contracts.some((contract) => this.#componentOf(contract) === undefined)) return []
    return [await this.prepare('grow', next, { other: running, beside: true, run: false }).then(({ changes }) => ({ check: 'needs', ok: true, detail: changes.join(', ') || 'all is there' }), (error: unknown) => ({ check: 'needs', ok: false, detail: messageOf(error) }))]
  }

  /**
   * Has what a version needs added, or with `shrink` what it does not need taken away.
   *
   * @param how `other` is the version before, which with `beside` runs too; `run` false tells only what would be done; with `drop` values may be lost
   */
  async prepare(step: 'grow' | 'shrink', next: Prepared, { other = next, beside = false, run = true, drop = false }: { readonly other?: Prepared; readonly beside?: boolean; readonly run?: boolean; readonly drop?: boolean } = {}): Promise<OutputOf<(typeof Preparation)['operations']['prepare']>> {
    // An index over a large table takes its time.
    const call = this.#bus.call({ component: 'manager', grants: [], identity: this.#who, permissions: ['manage'], timeout: 3_600_000 })
    const told = await Promise.all(needed([other, next]).map(async (contract) => await this.#provider(contract).prepare({ ...about(contract, next), step, run, drop, ...(beside && { beside: about(contract, other).next }) }, call)))
    return { changes: told.flatMap(({ changes }) => changes), losses: told.flatMap(({ losses }) => losses) }
  }

  /** Who provides the contract; where nobody does yet, the first that prepares something, as another host may. */
  #provider(contract: Contract): Client<typeof Preparation> {
    const component = this.#componentOf(contract)
    const outlet = this.#bus.outlet(Preparation, { component: 'manager', grants: [] }, component)
    if (component !== undefined && !outlet.available) throw new ManagerError('NOT_PREPARED', `Asked component "${component}" for what is needed of ${contract.name}: it prepares nothing`)
    return clientOf(Preparation, outlet)
  }

  #componentOf({ name, version }: Contract): string | undefined {
    return this.#bus.registry.lookup(name, version)[0]?.entry.info.component
  }
}

/** The contracts of whose providers one of the versions needs something; that of the last counts. */
function needed(versions: readonly Prepared[]): Contract[] {
  const found = versions.flatMap(({ description }) => description.requires.flatMap(({ contract, needs }) => (needs === undefined || contract === undefined ? [] : [contract])))
  return [...new Map(found.map((contract) => [contract.name, contract])).values()]
}

function about({ name }: Contract, { spec: { component, version }, description }: Prepared) {
  return { component, contract: name, next: { version, needs: description.requires.find(({ contract }) => contract?.name === name)?.needs ?? null } }
}
