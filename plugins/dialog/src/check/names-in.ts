import type { Expression } from '@caruso/expression'
import { treeOf } from '../compile/member-way.ts'
import type { Source } from './sources.ts'

/** The names of the script that an expression names. */
export function namesIn({ source, kind }: Source): readonly string[] {
  const tree = treeOf(source)
  if (tree === undefined) return []
  return [...new Set(kind === 'where' ? afterDialog(tree) : freeNames(tree, new Set()))]
}

/** Calls in which a name stands for each element. */
export const folds: ReadonlySet<string> = new Set(['exists', 'all', 'filter', 'map'])

/** Without those that `exists`, `all`, `filter` and `map` give to elements. */
function freeNames(tree: Expression, given: ReadonlySet<string>): readonly string[] {
  if (tree.kind === 'name') return given.has(tree.name) ? [] : [tree.name]
  if (tree.kind !== 'call' || !folds.has(tree.name)) return partsOf(tree).flatMap((part) => freeNames(part, given))
  const [over, element, ...rest] = tree.args
  const inside = element?.kind === 'name' ? new Set([...given, element.name]) : given
  return [...(over === undefined ? [] : freeNames(over, given)), ...rest.flatMap((part) => freeNames(part, inside))]
}

/** In a lookup the names of the script stand after `dialog.`; the others are attributes of the class. */
function afterDialog(tree: Expression): readonly string[] {
  if (tree.kind === 'member' && tree.of.kind === 'name' && tree.of.name === 'dialog') return [tree.name]
  return partsOf(tree).flatMap(afterDialog)
}

/** What an expression is made of. */
export function partsOf(tree: Expression): readonly Expression[] {
  switch (tree.kind) {
    case 'constant':
    case 'name':
      return []
    case 'member':
      return [tree.of]
    case 'list':
      return tree.items
    case 'operator':
    case 'call':
      return tree.args
  }
}
