import type { Channel } from './definition.ts'
import { choicesOf } from './engine/judge.ts'
import type { Values } from './engine/values.ts'
import type { Question, Script, Spoken } from './script.ts'
import { writeValue } from './write-value.ts'
import type { Option } from './answer/reading.ts'

/** To whom something is said. */
export interface Listener {
  readonly channel: Channel
  readonly language: string
}

/** The words of the prompt that is meant most closely for the listener, with values as the language writes them. */
export function say(prompts: readonly Spoken[], script: Script, values: Values, listener: Listener): string {
  const words = closest(prompts, listener)?.words ?? []
  return words.map((word) => (typeof word === 'string' ? word : writeValue(word.of(values), word.type, listener.language, { as: word.as, zone: script.zone, labels: labelsOf(script, word.name, values, listener) }))).join('')
}

/** What can be chosen now, as it is shown or said; yes and no always. */
export function optionsOf(question: Question, script: Script, values: Values, listener: Listener): readonly Option[] {
  const options = choicesOf(question, values).map(({ value, digit, prompts }) => ({ value, label: say(prompts, script, values, listener) || value, ...(digit === undefined ? {} : { digit }) }))
  if (question.type !== 'yes-no') return options
  return [['yes', '1'], ['no', '2']].map(([value = '', digit = '']) => {
    const own = question.choices.find((choice) => choice.value === value)
    return { value, label: say(own?.prompts ?? [], script, values, listener) || writeValue(value === 'yes', 'boolean', listener.language), digit: own?.digit ?? digit }
  })
}

/** What is written for the values of an answer that was chosen. */
export function labelsOf(script: Script, name: string, values: Values, listener: Listener): ReadonlyMap<string, string> {
  for (const node of script.nodes.values()) {
    if (node.kind === 'question' && node.into === name && node.choices.length > 0) return new Map(node.choices.map(({ value, prompts }) => [value, say(prompts, script, values, listener)] as const).filter(([, label]) => label !== ''))
  }
  return new Map()
}

/** Those for the channel and the language, then for all channels, then for all languages. */
function closest(prompts: readonly Spoken[], { channel, language }: Listener): Spoken | undefined {
  const near = ({ channel: of, lang }: Spoken): number => (of === channel ? 1 : of === 'all' ? 0 : -4) + (lang === language ? 2 : lang === undefined ? 0 : -4)
  return prompts.reduce<Spoken | undefined>((best, prompt) => (near(prompt) >= 0 && (best === undefined || near(prompt) > near(best)) ? prompt : best), undefined)
}
