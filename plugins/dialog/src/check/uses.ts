import { didYouMean, nearest } from '@caruso/contract'
import type { Attributes, Schema, Type } from '@caruso/expression'
import type { ActionDefinition, NamedExpression, NodeDefinition } from '../definition.ts'
import type { Place } from '../place.ts'
import type { Problem } from '../problem.ts'
import { money, moneyParts } from '../surroundings.ts'
import { knownLanguages } from './languages.ts'
import { unclearNames } from './names.ts'
import { error, own, type Rule, type Subject } from './subject.ts'

/** Classes that there are not, and orders by what they do not have. */
export const lookups: Rule = ({ definition: { inputs, nodes }, surroundings: { classes } }) => {
  const names = Object.keys(classes).filter((name) => !name.includes('.'))
  const unknown = (name: string, place: Place): readonly Problem[] => (own(classes, name) === undefined ? [error('unknown-class', place, `There is no class "${name}"${didYouMean(name, names)}`)] : [])
  return [
    ...inputs.flatMap(({ name, type, class: className, place }) => {
      if (type !== 'object') return className === undefined ? [] : [error('input-class', place, `The input "${name}" of type "${type}" has no class`)]
      return className === undefined ? [error('input-class', place, `The input "${name}" is an object: say of which class`)] : unknown(className, place)
    }),
    ...nodes.flatMap((node): readonly Problem[] => {
      if (node.kind !== 'lookup') return []
      const attributes = own(classes, node.class.text)
      const order = node.order?.text.replace(/^-/, '')
      if (attributes === undefined || node.order === undefined || order === undefined) return unknown(node.class.text, node.class.place)
      const type = own(attributes, order)
      if (type === undefined) return [error('lookup-order', node.order.place, `"${node.class.text}" has no attribute "${order}" to order by${didYouMean(order, Object.keys(attributes))}`)]
      return typeof type === 'string' ? [] : [error('lookup-order', node.order.place, `Objects cannot be ordered by "${order}", which is no single value`)]
    }),
  ]
}

/** Actions that there are not, or that do not do what they are used for. */
export const actions: Rule = (subject) => {
  const known = subject.surroundings.actions
  return [
    ...subject.definition.nodes.flatMap(actionsOf).flatMap((action) => [...actionProblems(action, subject), ...undoProblems(action, subject)]),
    ...subject.definition.nodes.flatMap((node): readonly Problem[] => {
      if (node.kind !== 'request') return []
      const signature = own(known, node.action.text)
      if (signature === undefined) return [error('unknown-action', node.action.place, `There is no action "${node.action.text}"${didYouMean(node.action.text, Object.keys(known))}`)]
      if (signature.answer === undefined) return [error('no-answer', node.action.place, `The action "${node.action.text}" gives no answer: it is done with "do", on a way`)]
      const twice = signature.idempotent ? [] : [error('not-idempotent', node.action.place, `The action "${node.action.text}" may not be asked twice, as a request may be: only idempotent ones can be requested`)]
      return [...twice, ...argumentProblems(node.args, signature.args, `the action "${node.action.text}"`, node.place, subject)]
    }),
  ]
}

/** Dialogs that are called with other than they need. */
export const calls: Rule = (subject) =>
  subject.definition.nodes.flatMap((node): readonly Problem[] => {
    const called = node.kind === 'call' ? subject.surroundings.scripts.get(node.dialog.text) : undefined
    if (node.kind !== 'call' || called === undefined) return []
    const { channels } = subject.definition
    const lacking = [...knownLanguages(subject.definition).filter((language) => !called.languages.includes(language)), ...channels.filter((channel) => !called.channels.includes(channel))]
    const inputs = Object.fromEntries(called.inputs.map(({ name, type }) => [name, type]))
    const optional = new Set(called.inputs.flatMap(({ name, required }) => (required ? [] : [name])))
    return [
      ...argumentProblems(node.args, inputs, `the dialog "${called.id}"`, node.place, subject, optional),
      ...(lacking.length === 0 ? [] : [error('call-languages', node.dialog.place, `The dialog "${called.id}" lacks what this one has: ${lacking.join(', ')}`)]),
    ]
  })

/** The subject is an object. */
export const subjects: Rule = ({ definition, script }) => {
  const { subject } = definition
  if (subject === undefined || unclearNames(definition).includes(subject.text)) return []
  const type = own(script.types, subject.text)
  if (typeof type === 'object' && 'object' in type && type.object !== money && !/^(answer|result) of /.test(type.object)) return []
  return [error('subject', subject.place, type === undefined ? `There is no name "${subject.text}"${didYouMean(subject.text, Object.keys(script.types))}` : `What a dialog is about is an object, "${subject.text}" is none`)]
}

function actionsOf(node: NodeDefinition): readonly ActionDefinition[] {
  if (node.kind === 'end') return node.actions
  return [...(node.kind === 'question' ? node.events.flatMap((event) => event.actions) : []), ...node.onward.flatMap((way) => way.actions)]
}

function actionProblems({ action, args, place }: ActionDefinition, subject: Subject): readonly Problem[] {
  const signature = own(subject.surroundings.actions, action)
  if (signature === undefined) return [error('unknown-action', place, `There is no action "${action}"${didYouMean(action, Object.keys(subject.surroundings.actions))}`)]
  return argumentProblems(args, signature.args, `the action "${action}"`, place, subject)
}

/** What takes an action back gets the same arguments. */
function undoProblems({ action, undo, place }: ActionDefinition, { surroundings: { actions: known } }: Subject): readonly Problem[] {
  if (undo === undefined) return []
  const [done, undone] = [own(known, action), own(known, undo)]
  if (undone === undefined) return [error('unknown-action', place, `There is no action "${undo}" that takes "${action}" back${didYouMean(undo, Object.keys(known))}`)]
  const differing = done === undefined ? [] : [...new Set([...Object.keys(done.args), ...Object.keys(undone.args)])].filter((name) => JSON.stringify(own(done.args, name)) !== JSON.stringify(own(undone.args, name)))
  return differing.length === 0 ? [] : [error('undo', place, `The action "${undo}" cannot take "${action}" back: it takes other arguments, ${differing.map((name) => `"${name}"`).join(', ')}`)]
}

function argumentProblems(args: readonly NamedExpression[], wanted: Attributes, what: string, place: Place, subject: Subject, optional: ReadonlySet<string> = new Set()): readonly Problem[] {
  // What was meant by an argument that there is not is not missing too.
  const meant = args.filter(({ name }) => own(wanted, name) === undefined).map(({ name }) => nearest(name, Object.keys(wanted)))
  const missing = Object.keys(wanted).filter((name) => !optional.has(name) && !meant.includes(name) && !args.some((one) => one.name === name))
  return [
    ...missing.map((name) => error('missing-argument', place, `The argument "${name}" of ${what} is missing`)),
    ...args.flatMap((one, index): readonly Problem[] => {
      const type = own(wanted, one.name)
      if (type === undefined) return [error('unknown-argument', one.place, `There is no argument "${one.name}" of ${what}${didYouMean(one.name, Object.keys(wanted))}`)]
      if (args.slice(0, index).some(({ name }) => name === one.name)) return [error('unknown-argument', one.place, `The argument "${one.name}" of ${what} is given twice`)]
      const found = subject.typeOf(one.value)
      return found === undefined || isSame(found, type, subject) ? [] : [error('argument-type', one.value.place, `Expected as "${one.name}" of ${what} ${wordOf(type)}, found ${wordOf(found)}`)]
    }),
  ]
}

function isSame(one: Type, other: Type, { schema }: Subject): boolean {
  return JSON.stringify(one) === JSON.stringify(other) || (isAmount(one, schema) && isAmount(other, schema))
}

/** Amounts of an object's attribute have the same parts as those that were asked for; where all have one currency, it has no part. */
function isAmount(type: Type, { classes = {} }: Schema): boolean {
  const parts = typeof type === 'object' && 'object' in type ? Object.entries(own(classes, type.object) ?? {}) : []
  return parts.some(([name]) => name === 'amount') && parts.every(([name, part]) => own(moneyParts, name) === part)
}

function wordOf(type: Type): string {
  if (typeof type === 'string') return type === 'boolean' ? 'yes or no' : `a ${type}`
  if ('list' in type) return `a list of ${type.list}s`
  if ('many' in type) return `several ${type.many}`
  return type.object === money ? 'an amount' : `an object ${type.object}`
}
