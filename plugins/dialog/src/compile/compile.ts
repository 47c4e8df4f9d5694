import { check, evaluator, ExpressionError } from '@caruso/expression'
import type { Attributes, Type } from '@caruso/expression'
import type { CallDefinition, Definition } from '../definition.ts'
import type { Problem } from '../problem.ts'
import type { Node, Script } from '../script.ts'
import type { Surroundings } from '../surroundings.ts'
import { Expressions } from './expressions.ts'
import { compileNode } from './nodes.ts'
import { needsOf, type Needs } from './paths.ts'
import { schemaOf } from './schema.ts'
import { relatedOf } from './related.ts'

/** A script as it runs; with errors among the problems it does not. */
export interface Compilation {
  readonly script: Script
  readonly problems: readonly Problem[]
}

/** Resolves the names of a script, checks the types of its expressions, and compiles them. */
export function compileScript(definition: Definition, surroundings: Surroundings): Compilation {
  const schema = schemaOf(definition, surroundings)
  const expressions = new Expressions(schema)
  const today = todayIn(definition, expressions)
  expressions.add('today', { type: 'date', compute: today })
  for (const { name, value } of definition.lets) expressions.add(name, expressions.value(value))
  const compiled = definition.nodes.map((node) => compileNode(node, expressions, surroundings))
  const needs = needsOf([...expressions.paths, ...definition.nodes.flatMap((node) => (node.kind === 'call' ? handedOn(node, surroundings) : []))])
  const classes = schema.classes ?? {}
  const script: Script = {
    id: definition.id,
    version: definition.version,
    start: definition.start.text,
    languages: definition.languages,
    channels: definition.channels,
    zone: definition.zone,
    ...(definition.country === undefined ? {} : { country: definition.country }),
    ...(definition.subject ? { subject: definition.subject.text } : {}),
    titles: definition.titles.map(({ lang, text }) => ({ channel: 'all', ...(lang === undefined ? {} : { lang }), words: [text] })),
    inputs: definition.inputs.map(({ name, required }) => ({ name, type: expressions.names[name] ?? 'text', required })),
    today,
    nodes: new Map(compiled.map((node) => [node.id, node.kind === 'lookup' ? { ...node, with: relatedOf(node.class, needs[node.into] ?? {}, classes) } : node])),
    types: expressions.names,
    results: resultsOf(compiled, expressions),
    needs,
  }
  return { script, problems: expressions.problems }
}

/** The ways that a called script goes from what it is given. */
function handedOn({ dialog, args }: CallDefinition, { scripts }: Surroundings): readonly (readonly string[])[] {
  const needs = scripts.get(dialog.text)?.needs ?? {}
  return args.flatMap(({ name, value }) => waysIn(needs[name] ?? {}).map((way) => [...value.text.trim().split('.'), ...way]))
}

function waysIn(needs: Needs): readonly (readonly string[])[] {
  return Object.entries(needs).flatMap(([name, inner]) => [[name], ...waysIn(inner).map((way) => [name, ...way])])
}

function resultsOf(nodes: readonly Node[], expressions: Expressions): Attributes {
  const results: Record<string, Type> = { outcome: 'text' }
  for (const node of nodes) {
    for (const { name, type } of node.kind === 'end' ? node.results : []) {
      const other = results[name]
      if (other !== undefined && JSON.stringify(other) !== JSON.stringify(type)) expressions.problem('result-type', node.place, `Expected the result "${name}" to be of the same type at every end`)
      results[name] = type
    }
  }
  return results
}

/** Clocks of a zone that there is not are told as a problem; until it is mended they are those of UTC. */
function todayIn({ zone, place }: Definition, expressions: Expressions): Script['today'] {
  try {
    const day = evaluator(check(`date(now, ${JSON.stringify(zone)})`, { names: { now: 'instant' } }, 'date'))
    return (values) => String(day(values))
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    expressions.problem('unknown-zone', place, `Expected a time zone such as "Europe/Oslo", found ${JSON.stringify(zone)}`)
    return () => ''
  }
}
