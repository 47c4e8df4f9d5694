import type { State } from '@caruso/kernel'
import type { VirtualTime } from './virtual-time.ts'

/** An instance as the witness knows it. */
export interface Life {
  readonly component: string
  readonly version: string
  /** The incarnation of its host. */
  readonly owner: string
  readonly state: State | undefined
  working: number
  superseded: boolean
  disposed: boolean
}

/** Sees what instances really do and what callers are told, and writes down what must not be. */
export class Witness {
  readonly #time: VirtualTime
  readonly complaints: string[] = []
  readonly #serving = new Map<string, Life>()
  /** What was counted, and by whom. */
  readonly #counted = new Map<number, Life>()
  readonly #acknowledged = new Set<number>()

  constructor(time: VirtualTime) {
    this.#time = time
  }

  complain(words: string): void {
    this.complaints.push(`${this.#time.now.toFixed(1)} ms: ${words}`)
  }

  born(component: string, version: string, state: State | undefined): Life {
    return { component, version, owner: this.#time.owner, state, working: 0, superseded: false, disposed: false }
  }

  /** An instance has begun to work on a call. */
  begins(life: Life): void {
    life.working++
    if (life.disposed) this.complain(`${titleOf(life)} got a call after it was disposed`)
    if (life.state === undefined) return
    const serving = this.#serving.get(life.component)
    if (serving === life) return
    if (life.superseded) this.complain(`${titleOf(life)} got a call though ${serving === undefined ? 'another' : titleOf(serving)} had taken over`)
    if (serving !== undefined && !this.#time.isDead(serving.owner)) {
      if (serving.working > 0) this.complain(`${titleOf(life)} got a call while ${titleOf(serving)} still worked on ${serving.working}`)
      serving.superseded = true
    }
    this.#serving.set(life.component, life)
  }

  ends(life: Life): void {
    life.working--
  }

  counts(id: number, life: Life): void {
    const before = this.#counted.get(id)
    if (before !== undefined) this.complain(`call ${id} ran twice, in ${titleOf(before)} and ${titleOf(life)}`)
    this.#counted.set(id, life)
  }

  acknowledged(id: number): void {
    this.#acknowledged.add(id)
    if (!this.#counted.has(id)) this.complain(`call ${id} was answered and never ran`)
  }

  /** Compares a state with what was counted since its host began. */
  audit(state: State, owner: string): void {
    for (const [id, by] of this.#counted) {
      if (by.owner !== owner || by.state === undefined) continue
      const entry = state.get(String(id)) as { readonly counted: number } | undefined
      if (entry?.counted !== 1) this.complain(`call ${id} is in the state ${entry?.counted ?? 0} times${this.#acknowledged.has(id) ? ', though it was acknowledged' : ''}`)
    }
  }
}

function titleOf({ component, version, owner }: Life): string {
  return `${component} ${version} of ${owner}`
}
