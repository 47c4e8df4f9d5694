import type { Problem } from '../problem.ts'
import { unclearNames } from './names.ts'
import { namesIn } from './names-in.ts'
import { own, type Subject } from './subject.ts'

/** Leaves out what is wrong only because of something else, such as an attribute of a class that there is not. */
export function withoutConsequences(problems: readonly Problem[], subject: Subject): readonly Problem[] {
  const unknown = unknownNames(problems, subject)
  if (unknown.size === 0) return problems
  const affected = subject.sources.filter((source) => namesIn(source).some((name) => unknown.has(name)) || (source.kind === 'where' && source.node?.kind === 'lookup' && own(subject.surroundings.classes, source.node.class.text) === undefined))
  const isAffected = ({ rule, place }: Problem): boolean => (rule === 'expression' || rule === 'argument-type') && affected.some(({ source, let: name }) => place.line >= source.place.line && isWithin(place, source.place, source.written ?? source.text) && !(name !== undefined && unknown.get(name) === 'itself'))
  return problems.filter((problem) => !isAffected(problem))
}

/** Names of which it is not known what they are: directly, or because something of which they are computed is not. */
function unknownNames(problems: readonly Problem[], { definition, surroundings, sources }: Subject): ReadonlyMap<string, 'itself' | 'of another'> {
  const isUnknown = (name: string): boolean => own(surroundings.classes, name) === undefined
  // What called scripts tell is mostly of objects.
  const blind = Object.keys(surroundings.classes).length === 0
  const unknown = new Map<string, 'itself' | 'of another'>(unclearNames(definition).map((name) => [name, 'of another']))
  for (const { name, type, class: className } of definition.inputs) if (type === 'object' && isUnknown(className ?? '')) unknown.set(name, 'of another')
  for (const node of definition.nodes) {
    if (node.kind === 'lookup' && isUnknown(node.class.text)) unknown.set(node.into, 'of another')
    if (node.kind === 'request' && own(surroundings.actions, node.action.text)?.answer === undefined) unknown.set(node.into, 'of another')
    if (node.kind === 'call' && (blind || !surroundings.scripts.has(node.dialog.text))) unknown.set(node.into, 'of another')
  }
  for (const source of sources) {
    if (source.let === undefined) continue
    if (namesIn(source).some((name) => unknown.has(name))) unknown.set(source.let, 'of another')
    else if (problems.some(({ rule, place }) => rule === 'expression' && isWithin(place, source.source.place, source.source.written ?? source.source.text))) unknown.set(source.let, 'itself')
  }
  return unknown
}

function isWithin(place: Problem['place'], start: Problem['place'], written: string): boolean {
  return place.line === start.line ? place.column >= start.column && (written.includes('\n') || place.column <= start.column + written.length) : place.line > start.line && place.line < start.line + written.split('\n').length
}
