import { didYouMean } from '@caruso/contract'
import { channels } from './definition.ts'
import type { ActionDefinition, Channel, CheckDefinition, ChoiceDefinition, Definition, EventDefinition, InputDefinition, NamedExpression, NodeDefinition, PromptDefinition, QuestionDefinition, QuestionType, Sourced, Title, WayDefinition, Word } from './definition.ts'
import { checkDtd } from './dtd.ts'
import type { Problem } from './problem.ts'
import { readXml, type Element } from './xml-tree.ts'

/** Reads a dialog script. Where it is no XML or does not follow the DTD, the problems say so and there is nothing else. */
export function readScript(text: string): { readonly definition: Definition } | { readonly problems: readonly Problem[] } {
  const root = readXml(text)
  if ('rule' in root) return { problems: [root] }
  const problems = [...checkDtd(text, root), ...strangeChannels(root)]
  return problems.length > 0 ? { problems } : { definition: definitionOf(root) }
}

/** A DTD cannot say which words a list has. */
function strangeChannels(root: Element): readonly Problem[] {
  const strange = listed(root.attributes['channels'] ?? 'agent').filter((channel) => !(channels as readonly string[]).includes(channel))
  return strange.map((channel) => ({ rule: 'unknown-channel', level: 'error', place: root.placeOf('channels'), message: `There is no channel "${channel}"${didYouMean(channel, channels) || `: there are ${channels.join(', ')}`}` }))
}

/** What follows the DTD has what is taken here. */
function definitionOf(root: Element): Definition {
  return {
    id: taken(root, 'id'),
    version: taken(root, 'version'),
    start: sourced(root, 'start'),
    languages: listed(root.attributes['languages'] ?? 'en'),
    channels: channels.filter((channel) => listed(root.attributes['channels'] ?? 'agent web keypad').includes(channel)),
    zone: root.attributes['zone'] ?? 'UTC',
    ...optional('country', root.attributes['country']),
    titles: of(root, 'title').map((title): Title => ({ ...optional('lang', title.attributes['lang']), text: wordsOf(title).filter((word) => typeof word === 'string').join('') })),
    inputs: of(root, 'input').map(inputOf),
    lets: of(root, 'let').map((one) => ({ name: taken(one, 'name'), value: sourced(one, 'value'), place: one.place })),
    nodes: elements(root).map(nodeOf).filter((node) => node !== undefined),
    ...optional('subject', maybe(root, 'subject')),
    place: root.place,
  }
}

function inputOf(element: Element): InputDefinition {
  const { type = 'text', required, class: className } = element.attributes
  return { name: taken(element, 'name'), type: type as InputDefinition['type'], ...optional('class', className), required: required === 'yes', place: element.place }
}

function nodeOf(element: Element): NodeDefinition | undefined {
  const { place } = element
  const id = element.attributes['id'] ?? ''
  const into = element.attributes['into'] ?? id
  switch (element.name) {
    case 'info':
      return { kind: 'info', id, ...optional('relevant', maybe(element, 'relevant')), prompts: promptsOf(element), onward: onwardOf(element), place }
    case 'question':
      return questionOf(element, id, into)
    case 'lookup':
      return { kind: 'lookup', id, into, class: sourced(element, 'class'), where: sourced(element, 'where'), many: element.attributes['many'] === 'yes', ...optional('order', maybe(element, 'order')), limit: sourced(element, 'limit', '20'), ...optional('onError', maybe(element, 'on-error')), onward: onwardOf(element), place }
    case 'request':
      return { kind: 'request', id, into, action: sourced(element, 'action'), args: named(element, 'arg'), ...optional('onError', maybe(element, 'on-error')), onward: onwardOf(element), place }
    case 'call':
      return { kind: 'call', id, into, dialog: sourced(element, 'dialog'), args: named(element, 'arg'), onward: onwardOf(element), place }
    case 'end':
      return { kind: 'end', id, outcome: taken(element, 'outcome'), ...optional('handOver', element.attributes['hand-over']), prompts: promptsOf(element), results: named(element, 'result'), actions: of(element, 'do').map(actionOf), place }
    default:
      return undefined
  }
}

function questionOf(element: Element, id: string, into: string): QuestionDefinition {
  const { type, keypad = 'digits' } = element.attributes
  return {
    kind: 'question',
    id,
    into,
    type: type as QuestionType,
    required: element.attributes['required'] !== 'no',
    sensitive: element.attributes['sensitive'] === 'yes',
    keypad: keypad as QuestionDefinition['keypad'],
    wait: sourced(element, 'wait', '7s'),
    ...optional('relevant', maybe(element, 'relevant')),
    ...optional('default', maybe(element, 'default')),
    ...optional('min', maybe(element, 'min')),
    ...optional('max', maybe(element, 'max')),
    ...optional('currency', maybe(element, 'currency')),
    prompts: promptsOf(element),
    choices: of(element, 'choice').map((choice): ChoiceDefinition => ({ value: taken(choice, 'value'), ...optional('digit', maybe(choice, 'digit')), ...optional('relevant', maybe(choice, 'relevant')), prompts: promptsOf(choice), place: choice.place })),
    checks: of(element, 'check').map((check): CheckDefinition => ({ test: sourced(check, 'test'), prompts: promptsOf(check), place: check.place })),
    events: of(element, 'on').map(eventOf),
    onward: onwardOf(element),
    place: element.place,
  }
}

function eventOf(element: Element): EventDefinition {
  return { event: taken(element, 'event') as EventDefinition['event'], count: sourced(element, 'count', '1'), ...optional('to', maybe(element, 'to')), prompts: promptsOf(element), actions: of(element, 'do').map(actionOf), place: element.place }
}

function onwardOf(element: Element): readonly WayDefinition[] {
  return [...of(element, 'when'), ...of(element, 'otherwise')].map((way): WayDefinition => ({ ...optional('test', maybe(way, 'test')), to: sourced(way, 'to'), actions: of(way, 'do').map(actionOf), commit: of(way, 'commit').length > 0, place: way.place }))
}

function actionOf(element: Element): ActionDefinition {
  return { action: taken(element, 'action'), ...optional('undo', element.attributes['undo']), args: named(element, 'arg'), place: element.place }
}

function promptsOf(element: Element): readonly PromptDefinition[] {
  return of(element, 'prompt').map((prompt) => ({ channel: (prompt.attributes['for'] ?? 'all') as Channel | 'all', ...optional('lang', prompt.attributes['lang']), words: wordsOf(prompt), place: prompt.place }))
}

/** Line breaks and spaces of the file are one space each, and none at the ends. */
function wordsOf(element: Element): readonly Word[] {
  const words = element.children.map((child): Word => (typeof child === 'string' ? child.replace(/\s+/g, ' ') : { of: sourced(child, 'of'), as: child.attributes['as'] === 'digits' ? 'digits' : 'text' }))
  return words.map((word, index) => (typeof word === 'string' ? trimmed(word, index === 0, index === words.length - 1) : word)).filter((word) => word !== '')
}

function trimmed(text: string, first: boolean, last: boolean): string {
  const begun = first ? text.trimStart() : text
  return last ? begun.trimEnd() : begun
}

function named(element: Element, name: string): readonly NamedExpression[] {
  return of(element, name).map((one) => ({ name: taken(one, 'name'), value: sourced(one, 'value'), place: one.place }))
}

function elements(element: Element): readonly Element[] {
  return element.children.filter((child) => typeof child === 'object')
}

function of(element: Element, name: string): readonly Element[] {
  return elements(element).filter((child) => child.name === name)
}

function taken(element: Element, attribute: string): string {
  return element.attributes[attribute] ?? ''
}

function sourced(element: Element, attribute: string, missing = ''): Sourced {
  const text = element.attributes[attribute] ?? missing
  const written = element.written(attribute) ?? text
  return { text, place: element.placeOf(attribute), ...(written === text ? {} : { written }) }
}

function maybe(element: Element, attribute: string): Sourced | undefined {
  return Object.hasOwn(element.attributes, attribute) ? sourced(element, attribute) : undefined
}

function listed(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value }
}
