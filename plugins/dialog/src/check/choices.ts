import { didYouMean } from '@caruso/contract'
import type { ChoiceDefinition, QuestionDefinition } from '../definition.ts'
import type { Problem } from '../problem.ts'
import { treeOf } from '../compile/member-way.ts'
import { error, type Rule } from './subject.ts'

/** Choices where there is nothing to choose, and too few where there is. */
export const choiceCounts: Rule = ({ definition: { nodes } }) =>
  nodes.flatMap((node): readonly Problem[] => {
    if (node.kind !== 'question') return []
    const { type, choices, id } = node
    if (type === 'one' || type === 'many') return choices.length >= 2 ? [] : [error('few-choices', node.place, `The question "${id}" has ${choices.length === 0 ? 'no choices' : 'one choice'}: of type "${type}", it needs two at least`)]
    return type === 'yes-no' ? [] : choices.slice(0, 1).map(({ place }) => error('no-choices', place, `The question "${id}" of type "${type}" has no choices: "one", "many" and "yes-no" have`))
  })

/** Two choices that could not be told apart, and answers to yes-no questions that are neither. */
export const choiceValues: Rule = ({ definition: { nodes } }) =>
  nodes.flatMap((node) => {
    if (node.kind !== 'question') return []
    return node.choices.flatMap(({ value, place }, index): readonly Problem[] => {
      if (node.type === 'yes-no' && value !== 'yes' && value !== 'no') return [error('yes-or-no', place, `Expected the choice "yes" or "no" of the question "${node.id}", found "${value}"`)]
      const other = node.choices.slice(0, index).find((before) => before.value === value)
      return other === undefined ? [] : [error('duplicate-choice', place, `The choice "${value}" is in line ${other.place.line} already`)]
    })
  })

const chosen: ReadonlySet<QuestionDefinition['type']> = new Set(['one', 'many', 'yes-no'])
const digitless: ReadonlySet<QuestionDefinition['type']> = new Set(['text', 'email'])

/** Digits by which nobody could choose with a keypad. */
export const digits: Rule = ({ definition: { nodes, channels } }) => {
  if (!channels.includes('keypad')) return []
  return nodes.flatMap((node) => {
    if (node.kind !== 'question' || node.keypad === 'skip' || node.keypad === 'hand-over' || !chosen.has(node.type)) return []
    return [...node.choices.flatMap((choice, index) => digitProblems(choice, node.choices.slice(0, index), node)), ...defaultDigits(node)]
  })
}

function digitProblems({ value, digit, place }: ChoiceDefinition, before: readonly ChoiceDefinition[], { type, choices }: QuestionDefinition): readonly Problem[] {
  if (digit === undefined) return type === 'yes-no' ? [] : [error('missing-digit', place, `The choice "${value}" has no digit: callers could not choose it`)]
  if (!/^\d{1,3}$/.test(digit.text)) return [error('wrong-digit', digit.place, `Expected as digit of the choice "${value}" up to three from 0 to 9, found "${digit.text}"`)]
  if (type === 'many' && digit.text.length > 1) return [error('wrong-digit', digit.place, `Expected one digit for the choice "${value}", since several are pressed one after the other, found "${digit.text}"`)]
  const same = before.find((other) => other.digit?.text === digit.text)
  if (same !== undefined) return [error('duplicate-digit', digit.place, `The digit ${digit.text} chooses "${same.value}" already`)]
  const longer = choices.find((other) => other.digit !== undefined && other.digit.text.length > digit.text.length && other.digit.text.startsWith(digit.text))
  return longer === undefined ? [] : [error('digit-begins', digit.place, `The digit ${digit.text} of "${value}" begins ${longer.digit?.text} of "${longer.value}", which callers could not choose`)]
}

/** Yes is 1 and no is 2 where no choice says otherwise. */
function defaultDigits({ type, choices }: QuestionDefinition): readonly Problem[] {
  if (type !== 'yes-no') return []
  const written = (value: string): ChoiceDefinition | undefined => choices.find((choice) => choice.value === value && choice.digit !== undefined)
  const [yes, no] = [written('yes'), written('no')]
  if (yes !== undefined && no === undefined && yes.digit?.text === '2') return [error('duplicate-digit', yes.digit.place, 'The digit 2 is that of "no", unless a choice says otherwise')]
  if (no !== undefined && yes === undefined && no.digit?.text === '1') return [error('duplicate-digit', no.digit.place, 'The digit 1 is that of "yes", unless a choice says otherwise')]
  return []
}

/** What a keypad cannot give. */
export const keypad: Rule = ({ definition: { nodes, channels } }) =>
  nodes.flatMap((node): readonly Problem[] => {
    if (node.kind !== 'question' || !channels.includes('keypad')) return []
    const { type, id, place } = node
    if (digitless.has(type) && node.keypad === 'digits') return [error('keypad', place, `The question "${id}" of type "${type}" cannot be answered with digits: say keypad="record", "skip" or "hand-over"`)]
    return !digitless.has(type) && node.keypad === 'record' ? [error('keypad', place, `The question "${id}" of type "${type}" is answered with digits, not recorded: only "text" and "email" are`)] : []
  })

/** A default that is none of the choices. */
export const defaultChoices: Rule = ({ definition: { nodes } }) =>
  nodes.flatMap((node) => {
    if (node.kind !== 'question' || node.type !== 'one' || node.default === undefined || node.choices.length === 0) return []
    const tree = treeOf(node.default)
    if (tree?.kind !== 'constant' || typeof tree.value !== 'string') return []
    const values = node.choices.map(({ value }) => value)
    return values.includes(tree.value) ? [] : [error('unknown-choice', node.default.place, `The question "${node.id}" has no choice "${tree.value}"${didYouMean(tree.value, values)}`)]
  })
