import type { Attributes, Expression, Type } from '@caruso/expression'
import { partsOf } from '../src/check/names-in.ts'
import type { Subject } from '../src/check/subject.ts'
import { treeOf } from '../src/compile/member-way.ts'
import type { Sourced } from '../src/definition.ts'
import type { Turn } from '../src/engine/advance.ts'
import { choicesOf, judge } from '../src/engine/judge.ts'
import { canonical } from '../src/engine/canonical.ts'
import type { Asking, Waiting } from '../src/engine/walk.ts'
import type { Value } from '../src/script.ts'
import { moneyParts } from '../src/surroundings.ts'

/** Values that the conditions of scripts could tell apart: those at the bounds that they name, choices, yes and no, and none. */
export class CandidateValues {
  readonly #subject: Subject
  readonly #numbers: readonly string[]
  /** Names and attributes that conditions read: of all others, one value is as good as another. */
  readonly #read: ReadonlySet<string>
  /** Those of the script itself. */
  readonly #ownRead: ReadonlySet<string>

  /** @param subjects a script, and those that it calls */
  constructor(subjects: readonly [Subject, ...Subject[]]) {
    this.#subject = subjects[0]
    const constants = subjects.flatMap(decidingParts).flatMap((part) => (part.kind === 'constant' && part.type === 'number' ? [Number(part.value)] : []))
    // The largest first: what is owed is mostly enough.
    this.#numbers = [...new Set(constants.flatMap((one) => [one * 10, one, one + 1, one - 1])), 17].toSorted((a, b) => b - a).map(String)
    this.#read = new Set(subjects.flatMap(readIn))
    this.#ownRead = new Set(readIn(subjects[0]))
  }

  /** Where a dialog stands and what it knows of what conditions read; within a called dialog, all that it knows. */
  standing({ position: { at, known }, state }: Turn): unknown {
    if (at.kind === 'ended') return at.node.id
    return [at.path, Object.entries(known).filter(([name]) => this.#ownRead.has(name)), at.path.includes('/') ? state.facts.map((fact) => ('value' in fact ? fact.value : fact.event)) : []]
  }

  /** What can be given when it begins: nothing, or each input. */
  given(): readonly Readonly<Record<string, Value>>[] {
    return [{}, ...this.#subject.definition.inputs.map(({ name, type }) => ({ [name]: type === 'number' ? '17' : '22225555' }))]
  }

  /** Answers that the question takes. */
  answers(at: Asking): readonly Value[] {
    const taken = this.#answers(at).map((value) => canonical(at.node, value)).filter((value) => judge(at, value) === undefined)
    return this.#read.has(at.node.into) ? taken : taken.slice(0, 1)
  }

  #answers({ node, values }: Asking): readonly Value[] {
    const none = node.required ? [] : [null]
    const limits = [node.min?.(values), node.max?.(values)].filter((one) => typeof one === 'string')
    const choices = choicesOf(node, values).map(({ value }) => value)
    switch (node.type) {
      case 'number':
        return [...limits, ...this.#numbers, ...none]
      case 'money':
        return [...[...limits, ...this.#numbers].map((amount) => ({ amount, currency: node.currency ?? '' })), ...none]
      case 'date':
        return [...limits.flatMap((day) => [0, 1, 2, -1, -2].map((days) => dayAfter(day, days))), '1980-05-12', ...none]
      case 'yes-no':
        return [true, false, ...none]
      case 'one':
        return [...choices, ...none]
      case 'many':
        return [...choices.map((one) => [one]), choices.slice(0, 2), choices, ...none]
      case 'email':
        return ['kari@example.no', ...none]
      case 'telephone':
        return ['+4722225555', ...none]
      case 'text':
        return ['Storgata 1', ...none]
    }
  }

  /** What a lookup may find, or a request be answered. */
  found({ node }: Waiting): readonly Value[] {
    const { classes, actions } = this.#subject.surroundings
    const attributes = node.kind === 'lookup' ? classes[node.class] : actions[node.action]?.answer
    const some = this.#objects(attributes ?? {})
    return node.kind === 'lookup' && node.many ? [...some.map((one) => [one]), []] : [...some, null]
  }

  /** One with a value for each attribute, and others that differ in one of those that conditions read. */
  #objects(attributes: Attributes): readonly Value[] {
    const values = Object.entries(attributes).map(([name, type]) => ({ name, values: this.#valuesOf(type) }))
    const whole = Object.fromEntries(values.map(({ name, values: [first = null] }) => [name, first]))
    return [whole, ...values.filter(({ name }) => this.#read.has(name)).flatMap(({ name, values: [, ...others] }) => others.map((value) => ({ ...whole, [name]: value })))]
  }

  #valuesOf(type: Type): readonly Value[] {
    if (typeof type === 'object') return 'object' in type ? [...this.#objects(type.object === 'Money' ? moneyParts : this.#subject.surroundings.classes[type.object] ?? {}), null] : [[]]
    if (type === 'number') return [...this.#numbers, null]
    if (type === 'boolean') return [true, false, null]
    return [type === 'date' ? '2026-10-01' : type === 'instant' ? '2026-11-30T12:00:00Z' : '1234', null]
  }
}

/** What decides where a script goes. */
function decidingParts({ sources }: Subject): readonly Expression[] {
  return sources.filter(({ kind }) => kind === 'condition' || kind === 'relevant' || kind === 'let').flatMap(({ source }) => partsIn(source))
}

function readIn(subject: Subject): readonly string[] {
  return decidingParts(subject).flatMap((part) => (part.kind === 'name' || part.kind === 'member' ? [part.name] : []))
}

function partsIn(source: Sourced): readonly Expression[] {
  const tree = treeOf(source)
  return tree === undefined ? [] : within(tree)
}

/** A tree and all that it is made of. */
function within(tree: Expression): readonly Expression[] {
  return [tree, ...partsOf(tree).flatMap(within)]
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
