import type { Texts } from '@caruso/gateway/contract'
import { canGoBack, eventAt } from './engine/advance.ts'
import type { State } from './engine/state.ts'
import type { Asking, Position } from './engine/walk.ts'
import { answerType } from './compile/schema.ts'
import { labelsOf, optionsOf, say, type Listener } from './speech.ts'
import type { Question, Value } from './script.ts'
import type { AskedQuestion, Notice, View } from './view-schema.ts'
import { writeValue } from './write-value.ts'

/** What there is to see of a dialog. */
export function viewOf(state: State, position: Position, texts: Texts): View {
  const { channel, language, over } = state
  const { at } = position
  const asking = over === undefined && at.kind === 'question' ? at : undefined
  return {
    status: over ?? (at.kind === 'question' ? 'asking' : at.kind),
    channel,
    language,
    said: position.said.map(({ prompts, script, values }) => say(prompts, script, values, state)).filter((text) => text !== ''),
    ...(asking ? { question: asked(asking, state) } : {}),
    ...(asking && state.tries.last ? { notice: noticeOf(asking, state, state.tries.last, texts) } : {}),
    answers: position.answered.filter(({ fact }) => !isSkipped(state, fact)).map((answer) => ({ path: answer.path, prompt: say(answer.node.prompts, answer.script, answer.values, state), text: answerText(answer, answer.value, state) })),
    canGoBack: canGoBack(state, position),
    ...(at.kind === 'ended' ? { outcome: at.node.outcome, ...(at.node.handOver === undefined ? {} : { handOver: at.node.handOver }) } : {}),
    ...(asking?.node.keypad === 'hand-over' && channel === 'keypad' ? { handOver: 'agent' } : {}),
  }
}

function asked(at: Asking, state: State): AskedQuestion {
  const { node, script, values, path } = at
  const { reopened } = state
  const proposed = reopened?.node === path ? reopened.value : node.default ? asAnswer(node, node.default(values)) : null
  return {
    path,
    type: node.type,
    prompt: say(node.prompts, script, values, state),
    required: node.required,
    sensitive: node.sensitive,
    choices: optionsOf(node, script, values, state),
    ...(node.currency === undefined ? {} : { currency: node.currency }),
    ...(node.min ? { min: node.min(values) } : {}),
    ...(node.max ? { max: node.max(values) } : {}),
    ...(proposed === null || node.sensitive ? {} : { proposed, proposedText: textOf(at, proposed, state) }),
    hasHelp: eventAt(at, 'help', 1) !== -1,
    keypad: node.keypad,
    wait: node.wait,
  }
}

/** The default of an amount is its number. */
function asAnswer({ type, currency }: Question, value: Value): Value {
  return type === 'money' && typeof value === 'string' ? { amount: value, currency: currency ?? '' } : value
}

function noticeOf(at: Asking, { tries, ...state }: State, kind: Notice['kind'], texts: Texts): Notice {
  const { node, script, values } = at
  const check = kind === 'no-match' && tries.check !== undefined ? node.checks[tries.check] : undefined
  const event = node.events[eventAt(at, kind, tries[kind])]
  const own = say(check?.prompts ?? event?.prompts ?? [], script, values, state)
  return { kind, text: own === '' ? (texts[kind === 'no-match' ? `wrong.${tries.wrong ?? 'value'}` : kind] ?? '') : own }
}

/** An answer as it is written for people; what is sensitive is not. */
export function answerText(answer: Pick<Asking, 'node' | 'script' | 'values'>, value: Value, listener: Listener): string {
  return answer.node.sensitive ? '•••' : textOf(answer, value, listener)
}

function textOf({ node, script, values }: Pick<Asking, 'node' | 'script' | 'values'>, value: Value, listener: Listener): string {
  return writeValue(value, answerType(node.type), listener.language, { labels: labelsOf(script, node.into, values, listener) })
}

function isSkipped({ facts }: State, index: number): boolean {
  const fact = facts[index]
  return fact?.kind === 'answer' && fact.skipped === true
}
