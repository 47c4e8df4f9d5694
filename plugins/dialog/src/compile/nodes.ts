import type { ActionDefinition, NamedExpression, NodeDefinition, QuestionDefinition, Sourced, WayDefinition } from '../definition.ts'
import type { Action, Argument, Compute, Node, Question, Script, Way } from '../script.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Expressions } from './expressions.ts'
import { spoken } from './spoken.ts'

/** One node with all its expressions compiled. */
export function compileNode(node: NodeDefinition, expressions: Expressions, surroundings: Surroundings): Node {
  const { id, place } = node
  switch (node.kind) {
    case 'info':
      return { kind: 'info', id, place, ...relevant(node.relevant, expressions), prompts: spoken(node.prompts, expressions), onward: ways(node.onward, expressions) }
    case 'question':
      return compileQuestion(node, expressions)
    case 'lookup': {
      const { into, many } = node
      const onward = ways(node.onward, expressions)
      return { kind: 'lookup', id, place, into, many, class: node.class.text, where: expressions.where(node.where, node.class.text), with: {}, ...orderOf(node.order), limit: Number(node.limit.text), ...onError(node.onError), onward }
    }
    case 'request':
      return { kind: 'request', id, place, into: node.into, action: node.action.text, args: argumentsOf(node.args, expressions), ...onError(node.onError), onward: ways(node.onward, expressions) }
    case 'call': {
      const script = surroundings.scripts.get(node.dialog.text)
      if (!script) expressions.problem('unknown-dialog', node.dialog.place, `Call the dialog "${node.dialog.text}": there is none`)
      return { kind: 'call', id, place, into: node.into, script: script ?? missing, args: argumentsOf(node.args, expressions), onward: ways(node.onward, expressions) }
    }
    case 'end':
      return { kind: 'end', id, place, outcome: node.outcome, ...(node.handOver === undefined ? {} : { handOver: node.handOver }), prompts: spoken(node.prompts, expressions), results: argumentsOf(node.results, expressions), actions: actionsOf(node.actions, expressions) }
  }
}

function compileQuestion(node: QuestionDefinition, expressions: Expressions): Question {
  const { id, place, into, type, required, sensitive, keypad } = node
  return {
    kind: 'question',
    id,
    place,
    into,
    type,
    required,
    sensitive,
    keypad,
    ...relevant(node.relevant, expressions),
    ...(node.default ? { default: defaultOf(node.default, type, expressions) } : {}),
    ...(node.min ? { min: limitOf(node.min, type, expressions) } : {}),
    ...(node.max ? { max: limitOf(node.max, type, expressions) } : {}),
    ...(node.currency ? { currency: node.currency.text } : {}),
    wait: milliseconds(node.wait.text),
    prompts: spoken(node.prompts, expressions),
    choices: node.choices.map((choice) => ({ value: choice.value, ...(choice.digit ? { digit: choice.digit.text } : {}), ...relevant(choice.relevant, expressions), prompts: spoken(choice.prompts, expressions) })),
    checks: node.checks.map((check) => ({ test: expressions.condition(check.test), prompts: spoken(check.prompts, expressions) })),
    events: node.events.map((event) => ({ event: event.event, count: Number(event.count.text), ...(event.to ? { to: event.to.text } : {}), prompts: spoken(event.prompts, expressions), actions: actionsOf(event.actions, expressions) })),
    onward: ways(node.onward, expressions),
  }
}

/** Of an amount, its number; of several choices, a list or one of them. */
function defaultOf(source: Sourced, type: Question['type'], expressions: Expressions): Compute {
  if (type === 'many') return expressions.value(source).compute
  return expressions.scalar(source, type === 'number' || type === 'money' ? 'number' : type === 'date' ? 'date' : type === 'yes-no' ? 'boolean' : 'text')
}

function limitOf(source: Sourced, type: Question['type'], expressions: Expressions): Compute {
  return expressions.scalar(source, type === 'date' ? 'date' : 'number')
}

function ways(onward: readonly WayDefinition[], expressions: Expressions): readonly Way[] {
  return onward.map(({ test, to, actions, commit }) => ({ ...(test ? { test: expressions.condition(test) } : {}), to: to.text, actions: actionsOf(actions, expressions), commit }))
}

function actionsOf(actions: readonly ActionDefinition[], expressions: Expressions): readonly Action[] {
  return actions.map(({ action, undo, args }) => ({ action, ...(undo === undefined ? {} : { undo }), args: argumentsOf(args, expressions) }))
}

function argumentsOf(args: readonly NamedExpression[], expressions: Expressions): readonly Argument[] {
  return args.map(({ name, value: source }) => {
    const { type, compute } = expressions.value(source)
    return { name, type, value: compute }
  })
}

function relevant(source: Sourced | undefined, expressions: Expressions): { readonly relevant?: Compute } {
  return source ? { relevant: expressions.condition(source) } : {}
}

function onError(source: Sourced | undefined): { readonly onError?: string } {
  return source ? { onError: source.text } : {}
}

/** An attribute, with a minus before it from the greatest to the least. */
function orderOf(source: Sourced | undefined): { readonly order?: { readonly attribute: string; readonly desc: boolean } } {
  return source ? { order: { attribute: source.text.replace(/^-/, ''), desc: source.text.startsWith('-') } } : {}
}

/** Such as `7s` or `500ms`. */
function milliseconds(text: string): number {
  const [, count = '7', unit = 's'] = /^(\d+)(ms|s)$/.exec(text) ?? []
  return Number(count) * (unit === 's' ? 1_000 : 1)
}

/** Stands for a script that is not there, which was told as a problem. */
const missing: Script = { id: '', version: '', start: '', languages: [], channels: [], zone: 'UTC', today: () => '', titles: [], inputs: [], nodes: new Map(), types: {}, results: {}, needs: {} }
