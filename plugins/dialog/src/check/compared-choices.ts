import { didYouMean } from '@caruso/contract'
import type { Expression } from '@caruso/expression'
import { placeWithin } from '../place-within.ts'
import type { Problem } from '../problem.ts'
import { partsOf } from './names-in.ts'
import type { Source } from './sources.ts'
import { treeOf } from '../compile/member-way.ts'
import { error, type Rule, type Subject } from './subject.ts'

/** The texts that a value can be, and whose it is. */
interface Known {
  readonly texts: readonly string[]
  readonly what: string
}

/** Answers that are compared with what is none of their choices, and results with what is no outcome. */
export const comparedChoices: Rule = (subject) => {
  const known = knownIn(subject)
  return subject.sources.flatMap((source) => {
    const tree = treeOf(source.source)
    return tree === undefined ? [] : comparisonsIn(tree).flatMap(([one, other]) => mismatch(one, other, source, known))
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

function comparisonsIn(tree: Expression): readonly (readonly [Expression, Expression])[] {
  const inside = partsOf(tree).flatMap(comparisonsIn)
  if (tree.kind !== 'operator' || !['==', '!=', 'in'].includes(tree.op)) return inside
  const [one, other] = tree.args
  return one === undefined || other === undefined ? inside : [...inside, [one, other]]
}

function mismatch(one: Expression, other: Expression, { source, kind }: Source, known: ReadonlyMap<string, Known>): readonly Problem[] {
  const [named, constants] = pathOf(one, kind) === undefined ? [other, one] : [one, other]
  const path = pathOf(named, kind)
  const allowed = path === undefined ? undefined : known.get(path)
  if (allowed === undefined || path === undefined) return []
  return textsIn(constants).flatMap(({ value, place }) => (allowed.texts.includes(value) ? [] : [error('unknown-choice', placeWithin(source, place), `"${path}" has no ${allowed.what} "${value}"${didYouMean(value, allowed.texts)}`)]))
}

function textsIn(tree: Expression): readonly { readonly value: string; readonly place: Expression['place'] }[] {
  if (tree.kind === 'list') return tree.items.flatMap(textsIn)
  return tree.kind === 'constant' && typeof tree.value === 'string' && tree.type === 'text' ? [{ value: tree.value, place: tree.place }] : []
}

/** Names with dots between them; in a lookup those of the script stand after `dialog.`. */
function pathOf(tree: Expression, kind: Source['kind']): string | undefined {
  const path = written(tree)
  return kind === 'where' ? (path?.startsWith('dialog.') ? path.slice('dialog.'.length) : undefined) : path
}

function written(tree: Expression): string | undefined {
  if (tree.kind === 'name') return tree.name
  const of = tree.kind === 'member' ? written(tree.of) : undefined
  return of !== undefined && tree.kind === 'member' ? `${of}.${tree.name}` : undefined
}
