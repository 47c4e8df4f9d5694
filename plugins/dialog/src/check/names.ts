import type { Type } from '@caruso/expression'
import { answerType } from '../compile/schema.ts'
import type { Definition, NodeDefinition } from '../definition.ts'
import type { Place } from '../place.ts'
import type { Problem } from '../problem.ts'
import { error, type Rule } from './subject.ts'

const reserved: ReadonlySet<string> = new Set(['as', 'break', 'const', 'continue', 'else', 'false', 'for', 'function', 'if', 'import', 'in', 'let', 'loop', 'namespace', 'null', 'package', 'prototype', 'return', 'true', 'var', 'void', 'while'])
const given: ReadonlySet<string> = new Set(['today', 'now', 'dialog'])

interface Named {
  readonly name: string
  readonly place: Place
  readonly what: string
  /** Two nodes may have one name for answers of one type: on different ways the same is asked differently. */
  readonly type?: string
}

/** Names that expressions could not name. */
export const wrongNames: Rule = ({ definition }) => {
  const results = definition.nodes.flatMap((node) => (node.kind === 'end' ? node.results : [])).map(({ name, place }) => ({ name, place, what: 'a result' }))
  return [...namedBy(definition), ...results].flatMap(({ name, place, what }): readonly Problem[] => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return [error('wrong-name', place, `Expected as name of ${what} letters a to z, digits and "_", first a letter, found "${name}"; expressions could not name it`)]
    if (reserved.has(name)) return [error('wrong-name', place, `Expected as name of ${what} one that is free, found "${name}", a word of the expression language`)]
    if (what === 'a result' ? name === 'outcome' : given.has(name)) return [error('wrong-name', place, `Expected as name of ${what} one that is free, found "${name}", which every dialog has`)]
    return []
  })
}

/** One name for several things. */
export const takenNames: Rule = ({ definition }) =>
  clashesIn(definition).map(({ name, what, type, place, other }) =>
    type === undefined || other.type === undefined ? error('taken-name', place, `The name "${name}" of ${what} is taken by ${other.what} in line ${other.place.line}`) : error('two-types', place, `The name "${name}" is ${type} here and ${other.type} in line ${other.place.line}`),
  )

/** Names of which it is not clear what they are. */
export function unclearNames(definition: Definition): readonly string[] {
  return [...clashesIn(definition).map(({ name }) => name), ...namedBy(definition).flatMap(({ name }) => (given.has(name) ? [name] : []))]
}

function clashesIn(definition: Definition): readonly (Named & { readonly other: Named })[] {
  const first = new Map<string, Named>()
  return namedBy(definition).flatMap((named) => {
    const other = first.get(named.name)
    if (other === undefined) first.set(named.name, named)
    return other === undefined || (named.type !== undefined && named.type === other.type) ? [] : [{ ...named, other }]
  })
}

function namedBy({ inputs, lets, nodes }: Definition): readonly Named[] {
  return [
    ...inputs.map(({ name, place }) => ({ name, place, what: 'an input' })),
    ...lets.map(({ name, place }) => ({ name, place, what: 'a "let"' })),
    ...nodes.flatMap((node): readonly Named[] => (node.kind === 'info' || node.kind === 'end' ? [] : [{ name: node.into, place: node.place, what: `the ${node.kind} "${node.id}"`, type: typeOf(node) }])),
  ]
}

function typeOf(node: Exclude<NodeDefinition, { readonly kind: 'info' | 'end' }>): string {
  switch (node.kind) {
    case 'question':
      return wordOf(answerType(node.type))
    case 'lookup':
      return `${node.many ? 'many' : 'one'} ${node.class.text}`
    case 'request':
      return `the answer of ${node.action.text}`
    case 'call':
      return `the result of ${node.dialog.text}`
  }
}

function wordOf(type: Type): string {
  if (typeof type === 'string') return type === 'boolean' ? 'yes or no' : `a ${type}`
  return 'list' in type ? 'a list' : 'an amount'
}
