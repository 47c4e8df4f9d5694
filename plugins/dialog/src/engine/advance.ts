import { readAnswer } from '../answer/read-answer.ts'
import { DialogError } from '../errors.ts'
import type { Script, Value } from '../script.ts'
import type { Expected } from '../answer/reading.ts'
import { optionsOf } from '../speech.ts'
import { canonical } from './canonical.ts'
import { judge } from './judge.ts'
import { noTries, type Act, type Answer, type Effect, type Input, type State } from './state.ts'
import { settle } from './settle.ts'
import { walk, type Asking, type Position } from './walk.ts'

/** What an input made of a dialog, where it stands now, and what is to be done. */
export interface Turn {
  readonly state: State
  readonly position: Position
  readonly effects: readonly Effect[]
}

/** Begins a dialog. */
export function begin(script: Script, { given, channel, language, at }: Pick<State, 'at' | 'channel' | 'given' | 'language'>): Turn {
  return turn(script, { given, channel, language, begun: at, at, facts: [], kept: [], tries: noTries, released: [] }, [])
}

/**
 * Takes an input. A pure function: the same script, state and input give the same.
 *
 * @throws DialogError `DIALOG_OVER` after the end, `NOT_WAITED_FOR` for what the dialog does not wait for,
 *   `BEHIND_COMMIT` where what was done cannot be undone
 */
export function advance(script: Script, before: State, input: Input): Turn {
  const position = walk(script, before)
  if (before.over !== undefined || position.at.kind === 'ended') throw new DialogError('DIALOG_OVER', `Took the input "${input.kind}": the dialog is over`)
  const state = { ...before, at: input.at > before.at ? input.at : before.at }
  switch (input.kind) {
    case 'answer':
      return answer(script, state, asking(position, input.kind), 'text' in input ? input : { value: input.value })
    case 'no-input':
    case 'help':
      return missed(script, state, asking(position, input.kind), input.kind, {})
    case 'back':
      return reopen(script, state, position, lastAsked(state, position))
    case 'change':
      return reopen(script, state, position, position.answered.findLast(({ path }) => path === input.node)?.fact)
    case 'found':
      return found(script, state, position, input)
    case 'turn':
      return turn(script, { ...state, channel: chosen(script.channels, input.channel, state.channel), language: chosen(script.languages, input.language, state.language), tries: noTries }, [])
    case 'cancel':
    case 'expire':
      return turn(script, { ...state, over: input.kind === 'cancel' ? 'cancelled' : 'expired' }, [])
  }
}

function answer(script: Script, state: State, at: Asking, given: { readonly text: string } | { readonly value: Value }): Turn {
  const read = 'text' in given ? readAnswer(expectedOf(at, state), given.text, { ...state, today: script.today(at.values), ...(script.country === undefined ? {} : { country: script.country }) }) : given
  if ('wrong' in read) return missed(script, state, at, 'no-match', read)
  const value = canonical(at.node, read.value)
  const fault = judge(at, value)
  if (fault !== undefined) return missed(script, state, at, 'no-match', fault)
  const { reopened, ...rest } = state
  // Where nothing was changed, nothing is new: not even the time that the answer was given at.
  const same = reopened !== undefined && reopened.node === at.path && JSON.stringify(reopened.value) === JSON.stringify(value)
  const fact: Answer = same ? reopened : { kind: 'answer', node: at.path, value, at: state.at, channel: state.channel }
  return turn(script, { ...rest, facts: [...state.facts, fact], tries: noTries }, [])
}

function expectedOf({ node, script, values }: Asking, listener: State): Expected {
  const { type, required, currency } = node
  return { type, required, choices: optionsOf(node, script, values, listener), ...(currency === undefined ? {} : { currency }) }
}

/** Counts what was no answer. From the count of an event on, what it says is said, and it goes where that leads. */
function missed(script: Script, state: State, at: Asking, kind: 'help' | 'no-input' | 'no-match', fault: Pick<State['tries'], 'check' | 'wrong'>): Turn {
  const count = state.tries[kind] + 1
  const event = eventAt(at, kind, count)
  if (event !== -1 && at.node.events[event]?.to !== undefined) {
    const { reopened: _, ...rest } = state
    return turn(script, { ...rest, facts: [...state.facts, { kind: 'escape', node: at.path, event, at: state.at }], tries: noTries }, [])
  }
  const { check: _check, wrong: _wrong, ...tries } = state.tries
  return turn(script, { ...state, tries: { ...tries, [kind]: count, last: kind, ...fault } }, [])
}

/** Which event of a question the count-th time is; -1 where the script says nothing of it. */
export function eventAt({ node }: Pick<Asking, 'node'>, kind: 'help' | 'no-input' | 'no-match', count: number): number {
  return node.events.reduce((best, { event, count: from }, index) => (event === kind && from <= count && from >= (node.events[best]?.count ?? 0) ? index : best), -1)
}

/** Takes an answer back, and those after it, which are kept for where they still apply. */
function reopen(script: Script, state: State, { answered }: Position, fact: number | undefined): Turn {
  const reopened = fact === undefined ? undefined : state.facts[fact]
  if (fact === undefined || reopened?.kind !== 'answer') throw new DialogError('NOT_WAITED_FOR', `Went back to an answer: found none of ${answered.length}`)
  const undone = state.released.filter(({ after }) => after > fact)
  const undos = undone.flatMap(({ actions }) => actions).toReversed().map(undoOf)
  const later = [...state.facts.slice(fact + 1), ...(state.reopened ? [state.reopened] : []), ...state.kept]
  const kept = later.filter((one) => one.kind !== 'escape' && !(one.kind === 'answer' && one.skipped))
  return turn(script, { ...state, facts: state.facts.slice(0, fact), kept, reopened, tries: noTries, released: state.released.slice(0, state.released.length - undone.length) }, undos)
}

function undoOf({ action, args, undo }: Act): Act {
  if (undo === undefined) throw new DialogError('BEHIND_COMMIT', `Went back behind a commit: the action "${action}" is done and has no undo`)
  return { action: undo, args }
}

/** Whether the last answer can be taken back. */
export function canGoBack(state: State, position: Position): boolean {
  const fact = lastAsked(state, position)
  return fact !== undefined && state.over === undefined && position.at.kind !== 'ended' && state.released.filter(({ after }) => after > fact).every(({ actions }) => actions.every(({ undo }) => undo !== undefined))
}

function lastAsked(state: State, { answered }: Position): number | undefined {
  return answered.findLast(({ fact }) => (state.facts[fact] as Answer).skipped === undefined)?.fact
}

function found(script: Script, state: State, { at }: Position, input: Extract<Input, { kind: 'found' }>): Turn {
  if (at.kind !== 'waiting' || at.for.asked !== input.asked) throw new DialogError('NOT_WAITED_FOR', `Took what was found for "${input.asked.slice(0, 100)}": the dialog does not wait for it`)
  const fact = { kind: 'found', node: at.path, asked: input.asked, value: input.failed ? null : input.value, at: state.at, ...(input.failed ? { failed: input.failed } : {}) } as const
  return turn(script, { ...state, facts: [...state.facts, fact] }, [])
}

/** Goes on as far as what is known leads, and tells what came of it. */
function turn(script: Script, moved: State, undos: readonly Act[]): Turn {
  const { state, position } = settle(script, moved)
  const released = position.releases.slice(state.released.length)
  const actions = [...undos, ...released.flatMap((release) => release.actions)]
  const effects: Effect[] = actions.length > 0 ? [{ kind: 'act', actions }] : []
  if (position.at.kind === 'waiting' && state.over === undefined) effects.push(position.at.for)
  if (position.at.kind === 'ended') effects.push({ kind: 'ended', outcome: position.at.node.outcome, results: position.at.results, ...(position.at.node.handOver === undefined ? {} : { handOver: position.at.node.handOver }) })
  return { state: { ...state, released: position.releases }, position, effects }
}

function asking({ at }: Position, kind: string): Asking {
  if (at.kind !== 'question') throw new DialogError('NOT_WAITED_FOR', `Took the input "${kind}": the dialog asks nothing now`)
  return at
}

function chosen<T extends string>(of: readonly T[], wanted: T | undefined, now: T): T {
  if (wanted === undefined) return now
  if (!of.includes(wanted)) throw new DialogError('NOT_WAITED_FOR', `Turned to "${wanted}": the script has ${of.join(', ')}`)
  return wanted
}
