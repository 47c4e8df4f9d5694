import type { Channel } from '../src/definition.ts'
import { answerType } from '../src/compile/schema.ts'
import { advance, begin, type Turn } from '../src/engine/advance.ts'
import type { State } from '../src/engine/state.ts'
import type { Asking } from '../src/engine/walk.ts'
import type { Script, Value } from '../src/script.ts'
import { labelsOf, optionsOf, type Listener } from '../src/speech.ts'
import { writeValue } from '../src/write-value.ts'

/** What an agent or a customer types for a value, or the keys that a caller presses; what is spoken is a value already. */
function typed({ node, script, values }: Asking, value: Value, listener: Listener): { readonly text: string } | { readonly value: Value } {
  if (listener.channel !== 'keypad') return value === null ? { text: '' } : { text: writeValue(value, answerType(node.type), listener.language, { labels: labelsOf(script, node.into, values, listener) }) }
  if (node.keypad !== 'digits') return { value }
  const digitOf = (one: Value): string => optionsOf(node, script, values, listener).find((option) => option.value === one)?.digit ?? ''
  if (value === null) return { text: '#' }
  if (typeof value === 'boolean') return { text: digitOf(value ? 'yes' : 'no') }
  if (Array.isArray(value)) return { text: `${value.map((one) => digitOf(one as Value)).join('')}#` }
  if (typeof value === 'object') return { text: `${((value as { readonly amount?: string }).amount ?? '').replace('.', '*')}#` }
  if (node.type === 'one') return { text: digitOf(value) }
  if (node.type === 'date') return { text: value.split('-').toReversed().join('') }
  return { text: `${value.replace('.', '*').replace(/^\+47/, '')}#` }
}

/** The same answers in a channel and a language. */
export function led(script: Script, { facts, given, begun }: Pick<State, 'begun' | 'facts' | 'given'>, channel: Channel, language: string): Turn {
  let turn = begin(script, { given, channel, language, at: begun })
  while (turn.position.at.kind !== 'ended') {
    const { at } = turn.position
    const fact = facts[turn.state.facts.length]
    const when = { at: fact?.at ?? turn.state.at }
    if (at.kind === 'waiting') turn = advance(script, turn.state, { kind: 'found', asked: at.for.asked, value: fact?.kind === 'found' ? fact.value : null, ...(fact?.kind === 'found' && fact.failed ? { failed: fact.failed } : {}), ...when })
    else {
      const before = turn.state.facts.length
      turn = advance(script, turn.state, { kind: 'answer', ...typed(at, fact?.kind === 'answer' ? fact.value : null, turn.state), ...when })
      if (turn.state.facts.length === before) throw new Error(`"${at.path}" did not take ${JSON.stringify(typed(at, fact?.kind === 'answer' ? fact.value : null, turn.state))} for ${JSON.stringify(fact)} in ${channel}, ${language}`)
    }
  }
  return turn
}

/** What is kept of a dialog, and what it caused. */
export function storedOf({ state, position }: Turn): unknown {
  return { answers: position.answered.map(({ path, value }) => [path, value]), actions: position.releases.flatMap(({ actions }) => actions), outcome: position.at.kind === 'ended' && position.at.node.outcome, given: state.given }
}
