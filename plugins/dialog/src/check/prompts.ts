import type { Channel, Definition, NodeDefinition, PromptDefinition } from '../definition.ts'
import type { Place } from '../place.ts'
import type { Problem } from '../problem.ts'
import { knownLanguages } from './languages.ts'
import { error, warning, type Rule } from './subject.ts'

/** Prompts that belong together: one of them is said. */
interface Prompts {
  readonly prompts: readonly PromptDefinition[]
  readonly place: Place
  readonly what: string
  /** Where they are said; on all channels of the script unless told. */
  readonly channels?: readonly Channel[]
}

/** What would be said nowhere, for want of words. */
export const missingPrompts: Rule = ({ definition }) => [...allOf(definition).flatMap((set) => missing(set, definition)), ...missingTitles(definition)]

/** Words that nobody gets to hear, since there are others for the same. */
export const duplicatePrompts: Rule = ({ definition }) =>
  allOf(definition).flatMap(({ prompts, what }) =>
    prompts.flatMap(({ channel, lang, place }, index) => {
      const other = prompts.slice(0, index).find((before) => before.channel === channel && before.lang === lang)
      return other === undefined ? [] : [error('duplicate-prompt', place, `${what} has words for ${spot(channel, lang)} in line ${other.place.line} already`)]
    }),
  )

/** Words for a channel on which the script does not run. */
export const strangePrompts: Rule = ({ definition }) => allOf(definition).flatMap(({ prompts }) => prompts.flatMap(({ channel, place }) => (channel === 'all' || definition.channels.includes(channel) ? [] : [warning('strange-channel', place, `These words are for ${spot(channel)}, which is not among the script's channels`)])))

/** Languages that the script does not have, of words and of titles. */
export const strangeLanguages: Rule = ({ definition }) => {
  const langs = [...definition.titles.map(({ lang }) => ({ lang, place: definition.place })), ...allOf(definition).flatMap(({ prompts }) => prompts)]
  return langs.flatMap(({ lang, place }) => (lang === undefined || definition.languages.includes(lang) ? [] : [error('strange-language', place, `These words are in "${lang}", which is not among the script's languages ${definition.languages.map((one) => `"${one}"`).join(', ')}`)]))
}

function missing({ prompts, place, what, channels }: Prompts, definition: Definition): readonly Problem[] {
  const gaps = (channels ?? definition.channels).map((channel) => ({ channel, langs: knownLanguages(definition).filter((lang) => !prompts.some((one) => (one.channel === 'all' || one.channel === channel) && (one.lang === undefined || one.lang === lang))) })).filter(({ langs }) => langs.length > 0)
  return gaps.length === 0 ? [] : [error('missing-prompt', place, `${what} has no words for ${gaps.map(({ channel, langs }) => `${spot(channel)} in ${langs.join(', ')}`).join(' and ')}`)]
}

function missingTitles(definition: Definition): readonly Problem[] {
  const { titles, place } = definition
  const without = knownLanguages(definition).filter((language) => !titles.some(({ lang }) => lang === undefined || lang === language))
  return without.length === 0 ? [] : [error('missing-prompt', place, `The dialog has no title in ${without.join(', ')}`)]
}

function allOf({ nodes, channels }: Definition): readonly Prompts[] {
  return nodes.flatMap((node) => promptsOf(node, channels))
}

function promptsOf(node: NodeDefinition, channels: readonly Channel[]): readonly Prompts[] {
  switch (node.kind) {
    case 'info':
      return [{ prompts: node.prompts, place: node.place, what: `The info "${node.id}"` }]
    case 'end':
      return spoken({ prompts: node.prompts, place: node.place, what: `The end "${node.id}"` })
    case 'lookup':
    case 'request':
    case 'call':
      return []
    case 'question': {
      // What is not asked with the keypad needs no words there.
      const asked = node.keypad === 'skip' || node.keypad === 'hand-over' ? channels.filter((channel) => channel !== 'keypad') : channels
      const of = { channels: asked }
      return [
        { ...of, prompts: node.prompts, place: node.place, what: `The question "${node.id}"` },
        // Yes and no have words of their own in every language.
        ...node.choices.flatMap(({ prompts, place, value }) => (prompts.length === 0 && node.type === 'yes-no' ? [] : [{ ...of, prompts, place, what: `The choice "${value}"` }])),
        ...node.checks.map(({ prompts, place }) => ({ ...of, prompts, place, what: `The check of "${node.id}"` })),
        ...node.events.flatMap(({ prompts, place, event }) => spoken({ ...of, prompts, place, what: `What is said at "${event}" in "${node.id}"` })),
      ]
    }
  }
}

/** Without words nothing is said there, which is right. */
function spoken(set: Prompts): readonly Prompts[] {
  return set.prompts.length === 0 ? [] : [set]
}

function spot(channel: Channel | 'all', lang?: string): string {
  const where = channel === 'agent' ? 'the agent' : channel === 'all' ? 'all channels' : `the ${channel}`
  return lang === undefined ? where : `${where} in ${lang}`
}
