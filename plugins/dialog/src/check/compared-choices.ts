import { didYouMean } from '@caruso/contract'
import type { Attributes, Expression } from '@caruso/expression'
import { treeOf, typeAt, wayOf } from '../compile/member-way.ts'
import { placeWithin } from '../place-within.ts'
import type { Problem } from '../problem.ts'
import { folds, partsOf } from './names-in.ts'
import type { Source } from './sources.ts'
import { error, own, type Rule, type Subject } from './subject.ts'

/** The texts that a value can be, and whose it is. */
interface Known {
  readonly texts: readonly string[]
  readonly what: string
}

/** A way from one of some names. */
interface Rooted {
  readonly way: readonly string[]
  readonly names: Attributes
}

/** What stands beside what, where these names mean something. */
interface Comparison {
  readonly sides: readonly [Expression, Expression]
  readonly names: Attributes
}

/** Answers and attributes that are compared with what is none of their choices, and results with what is no outcome. */
export const comparedChoices: Rule = (subject) => {
  const known = knownIn(subject)
  return subject.sources.flatMap((source) => {
    const tree = treeOf(source.source)
    return tree === undefined ? [] : comparisonsIn(tree, namesOf(source, subject), subject).flatMap((comparison) => mismatch(comparison, source, subject, known))
  })
}

function knownIn({ definition: { nodes }, script }: Subject): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>()
  for (const node of nodes) {
    if (node.kind === 'question' && (node.type === 'one' || node.type === 'many') && node.choices.length > 0) {
      known.set(node.into, { texts: [...(known.get(node.into)?.texts ?? []), ...node.choices.map(({ value }) => value)], what: 'choice' })
    }
    const called = script.nodes.get(node.id)
    if (node.kind === 'call' && called?.kind === 'call' && called.script.nodes.size > 0) known.set(`${node.into}.outcome`, { texts: [...called.script.nodes.values()].flatMap((end) => (end.kind === 'end' ? [end.outcome] : [])), what: 'outcome' })
  }
  return known
}

/** The object that a lookup's condition is about has no name. */
function namesOf({ kind, node }: Source, { schema }: Subject): Attributes {
  return kind === 'where' && node?.kind === 'lookup' ? { '': { object: node.class.text } } : schema.names
}

/** In a lookup, attributes are those of that object; names of the script stand after `dialog.`. */
function rooted(way: readonly string[], names: Attributes, { schema }: Subject): Rooted {
  const [first = '', ...rest] = way
  if (!('' in names) || first in names) return { way, names }
  return first === 'dialog' ? { way: rest, names: schema.names } : { way: ['', ...way], names }
}

function comparisonsIn(tree: Expression, names: Attributes, subject: Subject): readonly Comparison[] {
  if (tree.kind === 'call' && folds.has(tree.name)) return comparisonsInFold(tree.args, names, subject)
  const inside = partsOf(tree).flatMap((part) => comparisonsIn(part, names, subject))
  if (tree.kind !== 'operator' || !['==', '!=', 'in'].includes(tree.op)) return inside
  const [one, other] = tree.args
  return one === undefined || other === undefined ? inside : [...inside, { sides: [one, other], names }]
}

/** There, a name stands for each element. */
function comparisonsInFold([over, element, ...rest]: readonly Expression[], names: Attributes, subject: Subject): readonly Comparison[] {
  const way = over && wayOf(over)
  const from = way && rooted(way, names, subject)
  const type = from && typeAt(from.way, { names: from.names, classes: subject.surroundings.classes })
  const elements = element?.kind === 'name' && typeof type === 'object' && 'many' in type ? { [element.name]: { object: type.many } } : {}
  return rest.flatMap((part) => comparisonsIn(part, { ...names, ...elements }, subject))
}

function mismatch({ sides: [one, other], names }: Comparison, { source }: Source, subject: Subject, known: ReadonlyMap<string, Known>): readonly Problem[] {
  const [named, constants] = wayOf(one) === undefined ? [other, one] : [one, other]
  const way = wayOf(named)
  const from = way && rooted(way, names, subject)
  const allowed = from && (known.get(from.way.join('.')) ?? choicesAt(from, subject))
  if (way === undefined || allowed === undefined) return []
  return textsIn(constants).flatMap(({ value, place }) => (allowed.texts.includes(value) ? [] : [error('unknown-choice', placeWithin(source, place), `"${way.join('.')}" has no ${allowed.what} "${value}"${didYouMean(value, allowed.texts)}`)]))
}

/** Of an attribute that is a choice. */
function choicesAt({ way, names }: Rooted, { surroundings: { classes, choices = {} } }: Subject): Known | undefined {
  const holder = typeAt(way.slice(0, -1), { names, classes })
  const texts = typeof holder === 'object' && 'object' in holder ? own(own(choices, holder.object) ?? {}, way.at(-1) ?? '') : undefined
  return texts && { texts, what: 'choice' }
}

function textsIn(tree: Expression): readonly { readonly value: string; readonly place: Expression['place'] }[] {
  if (tree.kind === 'list') return tree.items.flatMap(textsIn)
  return tree.kind === 'constant' && typeof tree.value === 'string' && tree.type === 'text' ? [{ value: tree.value, place: tree.place }] : []
}
