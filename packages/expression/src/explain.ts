import { explainConstant } from './explain-constant.ts'
import { isConstant, isNull } from './term.ts'
import type { FoldTerm, Term } from './term.ts'

/** The texts of one language by what they say, with `{0}` for the first part; `locale` is that of numbers, dates and lists. One of this package's i18n files, or another with the same keys. */
export type Phrases = Readonly<Record<string, string>>

/**
 * Says in words what a term asks: `the age is at least 18 and the name starts with “A”`.
 *
 * @param label names an attribute in the reader's language, by the names that lead to it
 */
export function explain(term: Term, phrases: Phrases, label: (path: readonly string[]) => string = wordsOf): string {
  return new Explainer(phrases, label, new Map()).say(term)
}

const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', 'negate'])
const logic: ReadonlySet<string> = new Set(['and', 'or', 'not'])

class Explainer {
  readonly #phrases: Phrases
  readonly #label: (path: readonly string[]) => string
  /** Where the elements come from, by the names that folds gave them. */
  readonly #elements: ReadonlyMap<string, readonly string[]>

  constructor(phrases: Phrases, label: (path: readonly string[]) => string, variables: ReadonlyMap<string, readonly string[]>) {
    this.#phrases = phrases
    this.#label = label
    this.#elements = variables
  }

  say(term: Term): string {
    if (isConstant(term)) return explainConstant(term, this.#phrases)
    if ('list' in term) return this.#list(term.list.map((item) => this.say(item)), 'disjunction')
    if ('path' in term) return this.#path(term.path)
    if ('fold' in term) return this.#fold(term, term.fold)
    const { op, of } = term
    const [first, second] = of
    if (first === undefined) return ''
    if (op === 'and' || op === 'or') return this.#list(of.map((part) => this.#part(op, part)), op === 'and' ? 'conjunction' : 'disjunction')
    if (op === 'coalesce') return this.#fill([op], [this.#list(of.map((part) => this.say(part)), 'conjunction')])
    if (op === 'not') return this.#not(first)
    if (isTruth(term)) return this.#fill(['true condition'], [this.say(first)])
    if ((op === '==' || op === '!=') && second !== undefined && isNull(second)) return this.#fill([op === '==' ? 'empty' : 'not empty'], [this.say(first)])
    return this.#fill([`${op}/${of.length}`, `${op}:${kindOf(first)}`, op], of.map((part) => this.#part(op, part)))
  }

  #not(term: Term): string {
    if ('fold' in term && `not ${term.fold}` in this.#phrases) return this.#fold(term, `not ${term.fold}`)
    if ('op' in term && isTruth(term)) return this.#fill(['not true condition'], term.of.map((part) => this.say(part)))
    if ('op' in term && `not ${term.op}` in this.#phrases) return this.#fill([`not ${term.op}`], term.of.map((part) => this.#part(term.op, part)))
    return this.#fill(['not'], [this.#part('not', term)])
  }

  #fold({ over, as, where, of }: FoldTerm, key: string): string {
    const inner = new Explainer(this.#phrases, this.#label, new Map([...this.#elements, [as, 'path' in over ? this.#whole(over.path) : []]]))
    const isWhole = isConstant(where) && where.value === true
    return this.#fill([...(isWhole ? [] : [`${key} where`]), key], [this.say(over), inner.say(where), inner.say(of ?? { path: [as], type: over.type })])
  }

  /** A path with what its first name stands for. */
  #whole(path: readonly string[]): readonly string[] {
    const [first = '', ...rest] = path
    return [...(this.#elements.get(first) ?? [first]), ...rest]
  }

  #path(path: readonly string[]): string {
    const isElement = this.#elements.has(path[0] ?? '')
    if (isElement && path.length === 1) return this.#fill(['each'], [])
    const own = this.#fill(['name'], [this.#label(this.#whole(path))])
    return path.length === (isElement ? 2 : 1) ? own : this.#fill(['of'], [own, this.#path(path.slice(0, -1))])
  }

  /** A part in brackets, where it would be read together with its surroundings. */
  #part(op: string, part: Term): string {
    const text = this.say(part)
    if (!('op' in part)) return text
    const isJoined = (arithmetic.has(op) && (arithmetic.has(part.op) || part.op === 'if')) || (logic.has(op) && (part.op === 'and' || part.op === 'or'))
    return isJoined ? `(${text})` : text
  }

  #list(items: readonly string[], type: 'conjunction' | 'disjunction'): string {
    return new Intl.ListFormat(this.#phrases['locale'], { type }).format(items)
  }

  #fill(keys: readonly string[], parts: readonly string[]): string {
    const phrase = keys.map((key) => this.#phrases[key]).find((found) => found !== undefined) ?? `${keys.at(-1)}(${parts.map((_, index) => `{${index}}`).join(', ')})`
    return phrase.replace(/\{(\d)\}/g, (_, index: string) => parts[Number(index)] ?? '')
  }
}

/** Whether it asks of a boolean that it is true. */
function isTruth({ op, of: [first, second] }: Extract<Term, { readonly op: unknown }>): boolean {
  return op === '==' && first?.type === 'boolean' && second !== undefined && isConstant(second) && second.value === true
}

/** Which wording fits: a date is before, a number is less. */
function kindOf({ type }: Term): string {
  return type === 'date' || type === 'time' || type === 'instant' ? 'moment' : typeof type === 'string' ? type : 'list'
}

/** `firstName` as `first name`. */
function wordsOf(path: readonly string[]): string {
  return (path.at(-1) ?? '').replace(/_/g, ' ').replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
}
