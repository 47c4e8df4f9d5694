import type { Random } from '../../../test/random.ts'
import { advance, begin, type Turn } from '../src/engine/advance.ts'
import { choicesOf, judge } from '../src/engine/judge.ts'
import type { Act, Input, State } from '../src/engine/state.ts'
import type { Script, Value } from '../src/script.ts'
import { codeOf } from '@caruso/contract'

/** A dialog that somebody leads at random, and all that was put into it. */
export class RandomDialog {
  readonly script: Script
  readonly inputs: Input[] = []
  readonly first: Pick<State, 'at' | 'channel' | 'given' | 'language'>
  /** What the receivers of actions have in force: what was done and not undone. */
  readonly inForce: Act[] = []
  turn: Turn
  readonly #random: Random
  #minute = 0

  constructor(script: Script, random: Random) {
    this.script = script
    this.#random = random
    this.first = { given: {}, channel: pick(script.channels, random), language: pick(script.languages, random), at: this.#at() }
    this.turn = begin(script, this.first)
    this.#do()
  }

  get isOver(): boolean {
    return this.turn.state.over !== undefined || this.turn.position.at.kind === 'ended'
  }

  /** One input that somebody might give, or a calm one who only answers; false where the dialog refused it, as it may. */
  step(calm = false): boolean {
    return this.put(calm ? this.#taken(this.turn) : this.#input())
  }

  put(input: Input): boolean {
    try {
      this.turn = advance(this.script, this.turn.state, input)
    } catch (error) {
      if (!['BEHIND_COMMIT', 'NOT_WAITED_FOR'].includes(codeOf(error) ?? '')) throw error
      return false
    }
    this.inputs.push(input)
    this.#do()
    return true
  }

  /** The same inputs from the beginning. */
  replayed(): Turn {
    return this.inputs.reduce((turn, input) => advance(this.script, turn.state, input), begin(this.script, this.first))
  }

  /** How many inputs of somebody who answers what is asked, or says nothing where no answer is taken, lead from here to the end. */
  stepsToEnd(most: number): number {
    let { turn } = this
    for (let count = 0; ; count += 1) {
      if (turn.position.at.kind === 'ended') return count
      if (count === most) throw new Error(`Was not at the end after ${most} inputs: ${JSON.stringify(turn.state)}`)
      turn = advance(this.script, turn.state, this.#taken(turn))
    }
  }

  #do(): void {
    for (const effect of this.turn.effects) {
      if (effect.kind !== 'act') continue
      for (const act of effect.actions) {
        const undone = this.inForce.findLastIndex(({ undo, args }) => undo === act.action && JSON.stringify(args) === JSON.stringify(act.args))
        if (undone === -1) this.inForce.push(act)
        else this.inForce.splice(undone, 1)
      }
    }
  }

  #input(): Input {
    const { at } = this.turn.position
    const random = this.#random
    const when = { at: this.#at() }
    if (at.kind === 'waiting') return { kind: 'found', asked: at.for.asked, value: foundFor(at.node.into, random), ...(random.chance(0.05) ? { failed: true as const } : {}), ...when }
    if (random.chance(0.1)) return { kind: 'back', ...when }
    if (random.chance(0.05)) return { kind: 'change', node: (pick(this.turn.position.answered, random) as { readonly path: string } | undefined)?.path ?? '', ...when }
    if (random.chance(0.03)) return { kind: 'turn', channel: pick(this.script.channels, random), language: pick(this.script.languages, random), ...when }
    if (random.chance(0.05)) return { kind: random.of(['help', 'no-input'] as const), ...when }
    if (random.chance(0.1)) return { kind: 'answer', text: random.of(['', '1', '2#', 'ja', '31.12.2026', '٣', 'x'.repeat(20), '#', '1*50#', 'a@b.no']), ...when }
    return this.#answer(this.turn)
  }

  /** An answer that the question takes, if one of many is; else that nothing came. */
  #taken(turn: Turn): Input {
    const { at } = turn.position
    for (let tries = 0; tries < 50; tries += 1) {
      const input = this.#answer(turn)
      if (at.kind !== 'question' || !('value' in input) || judge(at, input.value) === undefined) return input
    }
    return { kind: 'no-input', at: this.#at() }
  }

  #answer({ position: { at } }: Turn): Input {
    const when = { at: this.#at() }
    if (at.kind === 'waiting') return { kind: 'found', asked: at.for.asked, value: foundFor(at.node.into, this.#random), ...when }
    return { kind: 'answer', value: at.kind === 'question' ? valueFor(at.node.type, choicesOf(at.node, at.values).map(({ value }) => value), this.#random) : null, ...when }
  }

  #at(): string {
    this.#minute += 1
    return new Date(Date.UTC(2026, 10, 30, 9, this.#minute)).toISOString()
  }
}

function valueFor(type: string, choices: readonly string[], random: Random): Value {
  if (random.chance(0.05)) return null
  switch (type) {
    case 'number':
      return String(random.of([1, 2, 3, 4, 6, 12, 250, 99_999, -1, 2.5]))
    case 'money':
      return { amount: String(random.of([100, 250.5, 2_000, 100_000])), currency: random.of(['NOK', 'NOK', 'NOK', 'EUR']) }
    case 'date':
      return random.of(['1980-01-02', `2026-12-${String(random.within(1, 31)).padStart(2, '0')}`, `2026-11-${String(random.within(1, 30)).padStart(2, '0')}`])
    case 'yes-no':
      return random.chance(0.6)
    case 'one':
      return pick([...choices, 'none-of-these'], random)
    case 'many':
      return choices.filter(() => random.chance(0.4))
    case 'email':
      return 'ada@example.no'
    case 'telephone':
      return '+4722225555'
    default:
      return random.of(['yes', 'It was paid in May', 'a😀b'])
  }
}

function foundFor(name: string, random: Random): Value {
  if (random.chance(0.1)) return null
  const amount = { amount: random.of(['3000.50', '400', '0.01']), currency: 'NOK' }
  return { number: String(random.within(1, 9)), name: `Ada ${name}`, born: '1980-01-02', email: random.of([null, 'a@b.no']), telephone: null, open: amount, due: '2026-10-01', state: 'overdue', score: String(random.within(0, 1000)), address: null }
}

function pick<T>(of: readonly T[], random: Random): T {
  return of[random.within(0, of.length - 1)] as T
}
