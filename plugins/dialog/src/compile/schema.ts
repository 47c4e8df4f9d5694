import type { Attributes, Schema, Type } from '@caruso/expression'
import type { Definition, InputDefinition, NodeDefinition, QuestionType } from '../definition.ts'
import { money, moneyParts, type Surroundings } from '../surroundings.ts'

/** Names that every script has: the day and the instant of the last input, in the script's time zone. */
export const given: Attributes = { today: 'date', now: 'instant' }

/** What the expressions of a script may name, its computed names apart. */
export function schemaOf(definition: Definition, { classes, actions, scripts }: Surroundings): Schema {
  const known: Record<string, Attributes> = { ...classes, [money]: moneyParts }
  const names: Record<string, Type> = { ...given }
  for (const input of definition.inputs) names[input.name] = inputType(input)
  for (const node of definition.nodes) {
    if (node.kind === 'question') names[node.into] = answerType(node.type)
    if (node.kind === 'lookup') names[node.into] = node.many ? { many: node.class.text } : { object: node.class.text }
    if (node.kind === 'request') names[node.into] = answered(known, `answer of ${node.action.text}`, actions[node.action.text]?.answer ?? {})
    if (node.kind === 'call') names[node.into] = answered(known, `result of ${node.dialog.text}`, scripts.get(node.dialog.text)?.results ?? { outcome: 'text' })
  }
  return { names, classes: known }
}

export function answerType(type: QuestionType): Type {
  if (type === 'number' || type === 'date') return type
  if (type === 'yes-no') return 'boolean'
  if (type === 'many') return { list: 'text' }
  return type === 'money' ? { object: money } : 'text'
}

/** The name by which the answer or the result of a node is known. */
export function intoOf(node: NodeDefinition): string | undefined {
  return node.kind === 'info' || node.kind === 'end' ? undefined : node.into
}

function inputType({ type, class: className }: InputDefinition): Type {
  if (type === 'yes-no') return 'boolean'
  if (type === 'object') return { object: className ?? '' }
  return type === 'money' ? { object: money } : type
}

function answered(known: Record<string, Attributes>, name: string, attributes: Attributes): Type {
  known[name] = attributes
  return { object: name }
}
