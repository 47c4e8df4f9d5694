import { join } from 'node:path'
import type { Assembly, AssemblyComponent } from './assembly.ts'
import { hostFolder } from './host-name.ts'
import { Journal, type JournalEntry, type Move } from './journal.ts'

/** Which components of an assembly one host runs: as its journal says where they were moved, else as the assembly file does. */
export class Placement {
  readonly #own: string
  readonly #components: Assembly['components']
  readonly #journal: Journal

  constructor(own: string, { components }: Assembly, journal: Journal) {
    this.#own = own
    this.#components = components
    this.#journal = journal
  }

  /** The components of this host. */
  own(): [string, AssemblyComponent][] {
    return Object.entries(this.#components).filter(([component, declared]) => this.of(component, declared) === this.#own)
  }

  /** The host that runs a component, as far as this one knows. */
  of(component: string, { host }: AssemblyComponent): string {
    return placeOf(component, this.#own, this.#journal.entries(), host)
  }

  /** The components that were moved away from this host, and where to. */
  moved(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.#components).flatMap(([component, declared]) => {
      const place = this.of(component, declared)
      return place === declared.host || place === this.#own ? [] : [[component, place]]
    }))
  }

  /** Since the file was changed it has the last word again on where a component runs, also when it is changed back. */
  async settle(): Promise<void> {
    for (const [component, { host }] of Object.entries(this.#components)) {
      const move = lastMove(component, this.#journal.entries())
      if (move === undefined || move.declared === host) continue
      const [ran] = this.#journal.ran(component)
      await this.#journal.append({ epoch: this.#journal.nextEpoch, component, step: 'settled', action: 'settle', from: ran?.from ?? '*', to: ran?.to ?? '*', who: 'caruso', why: `assembly.yaml says that host "${host}" runs it, no longer "${move.declared}"`, detail: '', ms: 0 })
    }
  }
}

/** The last move of a component, unless the assembly file was changed since then. */
export function lastMove(component: string, entries: readonly JournalEntry[]): Move | undefined {
  return entries.findLast((entry) => entry.component === component && (entry.step === 'settled' || (entry.step === 'switch' && entry.move !== undefined)))?.move
}

/** The components that a host of an assembly runs, as its journal in the assembly's folder says. */
export async function componentsOf({ folder, components }: Assembly, host: string): Promise<string[]> {
  const entries = await journalIn(folder, host)
  return Object.entries(components).flatMap(([component, { host: declared }]) => (placeOf(component, host, entries, declared) === host ? [component] : []))
}

/** The journal of the host that runs a component, as far as the journals in the assembly's folder tell which one that is. */
export async function journalOf({ folder }: Pick<Assembly, 'folder'>, component: string, declared: string): Promise<JournalEntry[]> {
  const read = async (host: string, before: readonly string[]): Promise<JournalEntry[]> => {
    const entries = await journalIn(folder, host)
    const place = placeOf(component, host, entries, declared)
    return place === host || before.includes(place) ? entries : await read(place, [...before, host])
  }
  return await read(declared, [])
}

async function journalIn(folder: string, host: string): Promise<JournalEntry[]> {
  return await Journal.read(join(hostFolder(folder, host), 'journal.jsonl'))
}

function placeOf(component: string, own: string, entries: readonly JournalEntry[], declared: string): string {
  const move = lastMove(component, entries)
  if (move?.declared !== declared) return declared
  return move.way === 'in' ? own : move.host
}
