import type { Call } from '@caruso/contract'
import type { Candidate, Entry } from './registry.ts'

/** An instance that is being tried. */
interface Trial {
  readonly candidate: Candidate
  readonly share: number
  /** The calls it should have had more than it had. */
  due: number
  /** How much that must be for the next one: drawn each time, or callers that ask by turns would send it only every second of their questions. */
  at: number
}

/** What can be asked now, seen from a caller. */
export interface Reach {
  /** Whether calls can leave this process. */
  readonly connected: boolean
}

/**
 * Who of those that provide a contract is asked next: in turn, those in this process before others. An instance with a
 * share gets that share of its component's calls before that; alone it gets all, since nobody else can answer, unless
 * its share is 0. A paused instance gets only what it has to finish in order to finish what it accepted.
 */
export class Candidates {
  readonly #firstDue: () => number
  #usual: readonly Candidate[] = []
  #paused: readonly Candidate[] = []
  #trials: readonly Trial[] = []
  #turn = 0

  /** @param firstDue what an instance that begins to be tried is due at first: from 0 to below 1, each time another */
  constructor(firstDue: () => number) {
    this.#firstDue = firstDue
  }

  /** Whether anybody provides the contract, even if nobody can be asked right now. */
  get some(): boolean {
    return this.#usual.length + this.#paused.length > 0
  }

  /** Whether whoever provides the contract is paused. */
  get paused(): boolean {
    return this.#usual.length === 0 && this.#paused.length > 0
  }

  /** The one that each call goes to, where there is just one. */
  get only(): Candidate | undefined {
    return this.#usual.length === 1 && this.#trials.length === 0 ? this.#usual[0] : undefined
  }

  /** Takes what the registry knows now; an instance that was being tried before stays due what it is. */
  update(all: readonly Candidate[]): void {
    const [paused, open] = split(all, ({ paused: isPaused }) => isPaused === true)
    const [tried, steady] = split(open, ({ share }) => share !== undefined)
    const [beside, alone] = split(tried, ({ component }) => includesComponent(steady, component))
    const provide = [...steady, ...alone.filter(({ entry }) => entry.info.share !== 0)]
    const near = provide.filter(({ entry }) => entry.provider !== undefined)
    // By id: an instance that announces itself anew must not change whose turn it is.
    this.#usual = (near.length > 0 ? near : provide).toSorted((a, b) => (a.entry.info.id < b.entry.info.id ? -1 : 1))
    this.#paused = paused
    this.#trials = this.#trialsOf(beside.filter(({ entry }) => entry.info.share !== 0 && includesComponent(this.#usual, entry.info.component)))
  }

  /** Who gets the next call, if it can be reached now and is not the one that could not be a moment ago. */
  next(call: Call, reach: Reach, failed: Entry | undefined): Candidate | undefined {
    const usual = this.#inTurn() ?? this.#paused.find(({ entry }) => call.through.includes(entry.info.component))
    if (usual === undefined) return undefined
    const tried = this.#trials.length === 0 ? undefined : this.#due(usual.entry.info.component)
    if (tried !== undefined && canBeAsked(tried, reach, failed)) return tried
    return canBeAsked(usual, reach, failed) ? usual : undefined
  }

  #inTurn(): Candidate | undefined {
    if (this.#usual.length < 2) return this.#usual[0]
    this.#turn = (this.#turn + 1) % this.#usual.length
    return this.#usual[this.#turn]
  }

  /** Counts a call of a component; the instance of it that is being tried, if this is its call. */
  #due(component: string): Candidate | undefined {
    let next: Trial | undefined
    for (const trial of this.#trials) {
      if (trial.candidate.entry.info.component !== component) continue
      trial.due += trial.share
      if (next === undefined && trial.due >= trial.at) next = trial
    }
    if (next === undefined) return undefined
    next.due--
    next.at = Math.random()
    return next.candidate
  }

  /** One trial per instance, however many versions of the contract it provides. */
  #trialsOf(candidates: readonly Candidate[]): readonly Trial[] {
    const before = new Map(this.#trials.map(({ candidate, due, at }) => [candidate.entry.info.id, { due, at }]))
    const byInstance = new Map(candidates.map((candidate) => [candidate.entry.info.id, candidate]))
    return [...byInstance].map(([id, candidate]) => ({ candidate, share: candidate.entry.info.share ?? 0, ...(before.get(id) ?? { due: this.#firstDue(), at: 1 }) }))
  }
}

function split(candidates: readonly Candidate[], isFirst: (info: Entry['info']) => boolean): readonly [readonly Candidate[], readonly Candidate[]] {
  const first = candidates.filter(({ entry }) => isFirst(entry.info))
  return [first, first.length === 0 ? candidates : candidates.filter((candidate) => !first.includes(candidate))]
}

function includesComponent(candidates: readonly Candidate[], component: string): boolean {
  return candidates.some(({ entry }) => entry.info.component === component)
}

function canBeAsked({ entry }: Candidate, { connected }: Reach, failed: Entry | undefined): boolean {
  return entry !== failed && (entry.provider !== undefined || connected)
}
