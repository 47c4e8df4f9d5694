import type { QuestionDefinition, Sourced } from '../definition.ts'
import type { Problem } from '../problem.ts'
import { error, warning, type Rule, type Subject } from './subject.ts'

const limited: ReadonlySet<QuestionDefinition['type']> = new Set(['number', 'date', 'money', 'text', 'many'])

/** Limits of answers that have none, and such that nothing lies between. */
export const ranges: Rule = (subject) =>
  subject.definition.nodes.flatMap((node): readonly Problem[] => {
    if (node.kind !== 'question') return []
    const { id, type, min, max } = node
    if (!limited.has(type)) return [min, max].flatMap((limit) => (limit === undefined ? [] : [error('no-limits', limit.place, `Answers to the question "${id}" of type "${type}" have neither "min" nor "max"`)]))
    // Lengths and numbers of choices are never less than none.
    const [low, high] = [constantOf(min, subject) ?? (type === 'text' || type === 'many' ? '0' : undefined), constantOf(max, subject)]
    return max === undefined || low === undefined || high === undefined || !isGreater(low, high) ? [] : [error('empty-range', max.place, `No answer to the question "${id}" is at least ${low} and at most ${high}`)]
  })

/** Amounts need a currency that there is; nothing else has one. */
export const currencies: Rule = ({ definition: { nodes } }) =>
  nodes.flatMap((node): readonly Problem[] => {
    if (node.kind !== 'question') return []
    const { id, type, currency, place } = node
    if (type !== 'money') return currency === undefined ? [] : [error('currency', currency.place, `The question "${id}" of type "${type}" has no currency`)]
    if (currency === undefined) return [error('currency', place, `The question "${id}" asks for an amount: say in which currency, such as currency="EUR"`)]
    return known.has(currency.text) ? [] : [error('currency', currency.place, `Expected a currency such as "EUR" or "NOK", found "${currency.text}"`)]
  })

/** Times and counts that cannot be meant. */
export const counts: Rule = ({ definition: { nodes } }) =>
  nodes.flatMap((node) => {
    if (node.kind === 'lookup') return counted('limit', node.limit, 1, 1000)
    if (node.kind !== 'question') return []
    return [...waits(node), ...node.events.flatMap(({ count }) => counted('count', count, 1, 20))]
  })

/** Of one thing that happens, the same time twice; and the last of several that leads nowhere. */
export const escalations: Rule = ({ definition: { nodes } }) =>
  nodes.flatMap((node) => {
    if (node.kind !== 'question') return []
    return [...Map.groupBy(node.events, ({ event }) => event).values()].flatMap((events): readonly Problem[] => {
      const sorted = events.toSorted((a, b) => Number(a.count.text) - Number(b.count.text))
      const twice = sorted.filter(({ count }, index) => Number(sorted[index - 1]?.count.text) === Number(count.text))
      const last = sorted.at(-1)
      return [
        ...twice.map(({ event, count, place }) => error('duplicate-event', place, `What happens at "${event}" in "${node.id}" from the time ${count.text} on is said twice`)),
        ...sorted.filter(({ prompts, actions, to }) => prompts.length === 0 && actions.length === 0 && to === undefined).map(({ event, place }) => warning('empty-event', place, `Nothing is said or done at this "${event}" in "${node.id}"`)),
        ...(last !== undefined && last.event !== 'help' && sorted.length > 1 && last.to === undefined ? [warning('no-escape', last.place, `At "${last.event}" in "${node.id}", the last of several times leads nowhere: say with "to" how it goes on`)] : []),
      ]
    })
  })

function waits({ wait }: QuestionDefinition): readonly Problem[] {
  const [, count = '', unit = 's'] = /^(\d{1,6})(ms|s)$/.exec(wait.text) ?? []
  const milliseconds = Number(count) * (unit === 's' ? 1000 : 1)
  return milliseconds >= 500 && milliseconds <= 300_000 ? [] : [error('wrong-count', wait.place, `Expected as "wait" a time from 500ms to 300s, such as "7s", found "${wait.text}"`)]
}

function counted(attribute: string, { text, place }: Sourced, least: number, most: number): readonly Problem[] {
  return /^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= most ? [] : [error('wrong-count', place, `Expected as "${attribute}" a whole number from ${least} to ${most}, found "${text}"`)]
}

function constantOf(source: Sourced | undefined, subject: Subject): string | undefined {
  const term = source && subject.term(source)
  return term !== undefined && 'value' in term && typeof term.value === 'string' ? term.value : undefined
}

function isGreater(low: string, high: string): boolean {
  const isDate = low.includes('-', 1)
  return isDate ? low > high : Number(low) > Number(high)
}

const known: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))
