import { DialogError } from '../errors.ts'
import type { Script } from '../script.ts'
import { judge } from './judge.ts'
import type { Answer, Fact, State } from './state.ts'
import { walk, type Asking, type Position } from './walk.ts'

/** More than any dialog has. */
const mostFacts = 1_000

/**
 * Takes again what was kept of a way that was left, and skips what a keypad cannot give, up to what is not known. Where
 * an answer would let actions go or end the dialog, the person is asked again, since others before it may have changed.
 */
export function settle(script: Script, moved: State): { readonly state: State; readonly position: Position } {
  let state = moved
  for (;;) {
    if (state.facts.length > mostFacts) throw new DialogError('DIALOG_TOO_LONG', `Went on in the dialog "${script.id}": it has more than ${mostFacts} answers`)
    const position = walk(script, state)
    const next = state.over === undefined ? nextOf(script, state, position) : undefined
    if (next === undefined) return { state, position }
    state = next
  }
}

function nextOf(script: Script, state: State, position: Position): State | undefined {
  const { at } = position
  if (at.kind === 'question') return skipped(state, at) ?? takenAgain(script, state, position, at)
  const known = at.kind === 'waiting' ? state.kept.find((fact) => fact.kind === 'found' && fact.node === at.path && fact.asked === at.for.asked && !fact.failed) : undefined
  return known && { ...state, facts: [...state.facts, known], kept: without(state.kept, known) }
}

function skipped(state: State, { path, node }: Asking): State | undefined {
  if (state.channel !== 'keypad' || node.keypad !== 'skip') return undefined
  const fact: Answer = { kind: 'answer', node: path, value: null, at: state.at, channel: state.channel, skipped: true }
  return { ...state, facts: [...state.facts, fact] }
}

function takenAgain(script: Script, state: State, position: Position, at: Asking): State | undefined {
  if (state.reopened?.node === at.path) return undefined
  const answer = state.kept.find((fact): fact is Answer => fact.kind === 'answer' && fact.node === at.path)
  if (answer === undefined) return undefined
  const kept = without(state.kept, answer)
  if (judge(at, answer.value) !== undefined) return { ...state, kept }
  const taken = { ...state, facts: [...state.facts, answer], kept }
  const after = walk(script, taken)
  return after.at.kind === 'ended' || after.releases.length > position.releases.length ? { ...state, kept, reopened: answer } : taken
}

function without(facts: readonly Fact[], one: Fact): readonly Fact[] {
  return facts.filter((fact) => fact !== one)
}
