import type { ActionDefinition, Definition, NamedExpression, NodeDefinition, PromptDefinition, QuestionDefinition, Sourced } from '../definition.ts'

/** An expression of a script, and when it is computed. */
export interface Source {
  readonly source: Sourced
  /** The node that computes it; none computes a `let` by itself. */
  readonly node?: NodeDefinition
  /** The name that it computes. */
  readonly let?: string
  /** Whether the node's own answer can be there. */
  readonly answered: boolean
  readonly kind: 'let' | 'condition' | 'relevant' | 'where' | 'value' | 'spoken'
}

type Part = Pick<Source, 'source' | 'answered' | 'kind'>

/** All expressions of a script. */
export function sourcesOf({ lets, nodes }: Definition): readonly Source[] {
  return [...lets.map(({ name, value }): Source => ({ source: value, let: name, answered: false, kind: 'let' })), ...nodes.flatMap((node) => partsOf(node).map((part): Source => ({ ...part, node })))]
}

function partsOf(node: NodeDefinition): readonly Part[] {
  if (node.kind === 'end') return [...spoken(node.prompts), ...values(node.results), ...actionValues(node.actions)]
  const after = node.onward.flatMap(({ test, actions }) => [...one(test, 'condition', true), ...actionValues(actions, true)])
  switch (node.kind) {
    case 'info':
      return [...one(node.relevant, 'relevant'), ...spoken(node.prompts), ...after]
    case 'question':
      return [...questionParts(node), ...after]
    case 'lookup':
      return [...one(node.where, 'where'), ...after]
    case 'request':
    case 'call':
      return [...values(node.args), ...after]
  }
}

function questionParts(node: QuestionDefinition): readonly Part[] {
  return [
    ...one(node.relevant, 'relevant'),
    ...[node.default, node.min, node.max].flatMap((source) => one(source, 'value')),
    ...spoken(node.prompts),
    ...node.choices.flatMap(({ relevant, prompts }) => [...one(relevant, 'relevant'), ...spoken(prompts)]),
    ...node.checks.flatMap(({ test, prompts }) => [...one(test, 'condition', true), ...spoken(prompts, true)]),
    ...node.events.flatMap(({ prompts, actions }) => [...spoken(prompts), ...actionValues(actions)]),
  ]
}

function one(source: Sourced | undefined, kind: Source['kind'], answered = false): readonly Part[] {
  return source === undefined ? [] : [{ source, kind, answered }]
}

function spoken(prompts: readonly PromptDefinition[], answered = false): readonly Part[] {
  return prompts.flatMap(({ words }) => words.flatMap((word) => (typeof word === 'string' ? [] : one(word.of, 'spoken', answered))))
}

function values(args: readonly NamedExpression[], answered = false): readonly Part[] {
  return args.flatMap(({ value }) => one(value, 'value', answered))
}

function actionValues(actions: readonly ActionDefinition[], answered = false): readonly Part[] {
  return actions.flatMap(({ args }) => values(args, answered))
}
