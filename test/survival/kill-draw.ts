import { Random } from '../random.ts'
import { cells, type Cell } from './cell.ts'
import { versions } from './keeper-folder.ts'

export type Victim = 'host' | 'nats' | 'old' | 'new'

/** Where a swap is: it was asked for; the journal has a step on its disk; whoever asked was told a step; an instance has come to a step of its life. */
export type Mark = 'asked' | `journal ${'begin' | 'switch' | 'done'}` | `told ${'plan' | 'start' | 'copy' | 'switch' | 'drain'}` | `new ${'starts' | 'proves' | 'begins'}` | `old ${'stops' | 'leaves'}`

/** One kill, as a seed draws it. */
export interface KillDraw {
  /** The version that runs before the swap. */
  readonly from: string
  readonly victim: Victim
  readonly at: Mark
  /** Milliseconds between the mark and the kill; an instance that has come to a step waits there for it. */
  readonly delay: number
  /** Milliseconds from the kill until the NATS server is started again, and until an instance that waits at the mark goes on. */
  readonly pause: number
}

/** A prime, so that seeds in a row leave out no kill and differ much. */
const stride = 31

/** In the order in which a swap comes by. */
const marks: readonly Mark[] = ['asked', 'journal begin', 'told plan', 'new starts', 'new proves', 'told start', 'told copy', 'old stops', 'new begins', 'journal switch', 'told switch', 'old leaves', 'told drain', 'journal done']

/** Every victim at every mark at which it is there to be killed. */
export function killsOf(cell: Cell): readonly Pick<KillDraw, 'victim' | 'at'>[] {
  const victims: readonly Victim[] = cell.isolation === 'inline' ? ['host', 'nats'] : ['host', 'nats', 'old', 'new']
  return victims.flatMap((victim) => marksOf(victim, cell).map((at) => ({ victim, at })))
}

/** Draws a kill; the same seed gives the same one in the same cell, and seeds in a row go through all victims and marks. */
export function drawKill(cell: Cell, seed: number): KillDraw {
  const random = new Random(seed * cells.length + cells.findIndex(({ isolation, state }) => isolation === cell.isolation && state === cell.state))
  const kills = killsOf(cell)
  const kill = kills[(seed * stride) % kills.length]
  if (kill === undefined) throw new RangeError(`Drew a kill by seed ${seed}: expected a whole number from 0`)
  return { ...kill, from: random.of(versions), delay: random.of([0, random.within(0, 10), random.within(0, 50)]), pause: random.of([0, random.within(0, 300), random.within(300, 1_500)]) }
}

/** A thread that loads cannot be told from another. */
function marksOf(victim: Victim, { isolation, state }: Cell): Mark[] {
  const there = marks.filter((mark) => mark !== 'told copy' || state === 'with')
  if (victim === 'old') return there.slice(0, there.indexOf('old leaves') + 1)
  return victim === 'new' && isolation === 'worker' ? there.slice(there.indexOf('new starts')) : there
}
