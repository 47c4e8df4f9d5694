import type { Filter } from '../../src/contract.ts'
import type { Random } from '../../../../test/random.ts'
import { permissions, shapes, texts, type ClassName, type Kind } from './world.ts'

type Op = '==' | '!=' | '<' | '<=' | '>' | '>='
type Constant = string | number

/** A way from an object, of which `at` is the number: 0 is the one that is asked about, others are elements of folds. */
export interface Way {
  readonly at: number
  readonly steps: readonly string[]
}

/** A condition as a tree, of which texts and filters are made. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly way: Way; readonly op: Op; readonly value: Constant; readonly type: Kind }
  | { readonly kind: 'in'; readonly way: Way; readonly values: readonly Constant[]; readonly type: Kind }
  | { readonly kind: 'starts'; readonly way: Way; readonly value: string }
  | { readonly kind: 'search'; readonly words: readonly string[]; readonly ways: readonly Way[] | undefined }
  | { readonly kind: 'null'; readonly way: Way; readonly is: boolean }
  | { readonly kind: 'caller'; readonly way: Way }
  | { readonly kind: 'permitted'; readonly permission: string }
  | { readonly kind: 'fold'; readonly fold: 'exists' | 'all'; readonly over: Way; readonly where: Condition }
  | { readonly kind: 'size'; readonly over: Way; readonly where: Condition; readonly op: Op; readonly value: number }
  | { readonly kind: 'figure'; readonly figure: 'sum' | 'min' | 'max'; readonly over: Way; readonly of: string; readonly op: Op; readonly value: number }

export interface Asked {
  /** Whether it may ask about the caller, as policies do. */
  readonly caller: boolean
  /** Whether it must be one that a filter can say. */
  readonly filter: boolean
}

/** As people type them, and what they mean. */
const searched = ['a', 'B', 'áb', 'C'] as const

const ops = ['==', '!=', '<', '<=', '>', '>='] as const

export class ConditionMaker {
  readonly #random: Random
  readonly #asked: Asked

  constructor(random: Random, asked: Asked) {
    this.#random = random
    this.#asked = asked
  }

  make(classes: readonly [ClassName, ...ClassName[]], depth: number): Condition {
    const random = this.#random
    if (depth > 0 && random.chance(0.4)) {
      if (random.chance(0.3)) return { kind: 'not', of: this.make(classes, depth - 1) }
      return { kind: random.of(['and', 'or']), of: [this.make(classes, depth - 1), this.make(classes, depth - 1)] }
    }
    if (this.#asked.caller && random.chance(0.3)) return random.chance(0.5) ? { kind: 'permitted', permission: random.of(permissions) } : { kind: 'caller', way: this.#leaf(classes, (kind) => kind === 'text')?.way ?? { at: 0, steps: [shapes[classes[0]].key] } }
    if (!this.#asked.filter && depth > 0 && classes.length < 3 && random.chance(0.35)) return this.#fold(classes, depth)
    return this.#simple(classes)
  }

  #simple(classes: readonly [ClassName, ...ClassName[]]): Condition {
    const random = this.#random
    if (this.#asked.filter && random.chance(0.15)) return this.#search(classes)
    const found = this.#leaf(classes, (kind) => typeof kind !== 'object')
    if (random.chance(0.3) || found === undefined) return { kind: 'null', way: this.#toNull(classes), is: random.chance(0.5) }
    const { way, kind } = found
    if (kind === 'text' && random.chance(0.2)) return { kind: 'starts', way, value: random.of(['a', 'b', 'ab']) }
    if (random.chance(0.2)) return { kind: 'in', way, values: [this.#constant(kind), this.#constant(kind)], type: kind }
    return { kind: 'compare', way, op: random.of(ops), value: this.#constant(kind), type: kind }
  }

  #search(classes: readonly [ClassName, ...ClassName[]]): Condition {
    const random = this.#random
    const ways = [0, 1].flatMap(() => this.#leaf(classes, (kind) => kind === 'text')?.way ?? [])
    const words = Array.from({ length: random.within(1, 2) }, () => random.of(searched))
    return { kind: 'search', words, ways: random.chance(0.5) || ways.length === 0 ? undefined : ways }
  }

  #fold(classes: readonly [ClassName, ...ClassName[]], depth: number): Condition {
    const random = this.#random
    const over = this.#many(classes)
    if (over === undefined) return this.#simple(classes)
    const inside = [...classes, over.to] as const
    const figures = Object.entries(shapes[over.to].attributes).filter(([, kind]) => kind === 'number' || kind === 'decimal')
    const [figure] = figures[random.within(0, Math.max(0, figures.length - 1))] ?? []
    if (figure !== undefined && random.chance(0.3)) return { kind: 'figure', figure: random.of(['sum', 'min', 'max']), over: over.way, of: figure, op: random.of(ops), value: random.within(-2, 4) }
    const where = this.make([inside[0], ...inside.slice(1)], depth - 1)
    if (random.chance(0.3)) return { kind: 'size', over: over.way, where, op: random.of(ops), value: random.within(0, 3) }
    return { kind: 'fold', fold: random.of(['exists', 'all']), over: over.way, where }
  }

  /** A way to an attribute of a kind. */
  #leaf(classes: readonly ClassName[], fits: (kind: Kind) => boolean): { readonly way: Way; readonly kind: Kind } | undefined {
    const { at, steps, end } = this.#walk(classes)
    const choices = Object.entries(shapes[end].attributes).filter(([, kind]) => fits(kind))
    const [name, kind] = choices[this.#random.within(0, Math.max(0, choices.length - 1))] ?? []
    return name === undefined || kind === undefined ? undefined : { way: { at, steps: [...steps, name] }, kind }
  }

  #toNull(classes: readonly ClassName[]): Way {
    const { at, steps, end } = this.#walk(classes)
    const { attributes, others } = shapes[end]
    const ones = this.#asked.filter ? [] : Object.keys(others).filter((name) => others[name]?.many === false)
    const names = [...Object.keys(attributes), ...ones] as [string, ...string[]]
    return { at, steps: [...steps, this.#random.of(names)] }
  }

  #many(classes: readonly ClassName[]): { readonly way: Way; readonly to: ClassName } | undefined {
    const { at, steps, end } = this.#walk(classes)
    const many = Object.entries(shapes[end].others).filter(([, other]) => other.many)
    const [name, other] = many[this.#random.within(0, Math.max(0, many.length - 1))] ?? []
    return name === undefined || other === undefined ? undefined : { way: { at, steps: [...steps, name] }, to: other.to }
  }

  /** Over relations to one. */
  #walk(classes: readonly ClassName[]): { readonly at: number; readonly steps: readonly string[]; readonly end: ClassName } {
    const at = this.#random.chance(0.8) ? classes.length - 1 : this.#random.within(0, classes.length - 1)
    return { at, ...walk(this.#random, classes[at] ?? 'Person') }
  }

  #constant(kind: Kind): Constant {
    if (kind === 'text') return this.#random.of(texts)
    return kind === 'decimal' ? this.#random.within(-3, 6) / 2 : this.#random.within(-2, 4)
  }
}

/** A way over relations to one, and where it ends. */
export function walk(random: Random, from: ClassName): { readonly steps: readonly string[]; readonly end: ClassName } {
  const steps: string[] = []
  let end = from
  while (random.chance(0.35) && steps.length < 2) {
    const { attributes, others } = shapes[end]
    const ones = [...Object.entries(attributes).flatMap(([name, kind]) => (typeof kind === 'object' ? [[name, kind.to] as const] : [])), ...Object.entries(others).flatMap(([name, { many, to }]) => (many ? [] : [[name, to] as const]))]
    const [name, to] = ones[random.within(0, Math.max(0, ones.length - 1))] ?? []
    if (name === undefined || to === undefined) break
    steps.push(name)
    end = to
  }
  return { steps, end }
}

/** The condition in the expression language. */
export function textOf(condition: Condition, level = 0): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return `(${condition.of.map((one) => textOf(one, level)).join(condition.kind === 'and' ? ' && ' : ' || ')})`
    case 'not':
      return `!(${textOf(condition.of, level)})`
    case 'compare':
      return `${wayText(condition.way)} ${condition.op} ${constantText(condition.value)}`
    case 'in':
      return `${wayText(condition.way)} in [${condition.values.map(constantText).join(', ')}]`
    case 'starts':
      return `${wayText(condition.way)}.startsWith(${JSON.stringify(condition.value)})`
    case 'null':
      return `${wayText(condition.way)} ${condition.is ? '==' : '!='} null`
    case 'caller':
      return `${wayText(condition.way)} == ${isNumber(condition.way) ? '1' : 'caller.identity'}`
    case 'permitted':
      return `${JSON.stringify(condition.permission)} in caller.permissions`
    case 'fold':
      return `${wayText(condition.over)}.${condition.fold}(x${level + 1}, ${textOf(condition.where, level + 1)})`
    case 'size':
      return `${wayText(condition.over)}.filter(x${level + 1}, ${textOf(condition.where, level + 1)}).size() ${condition.op} ${condition.value}`
    case 'figure':
      return `${wayText(condition.over)}.map(x${level + 1}, x${level + 1}.${condition.of}).${condition.figure}() ${condition.op} ${constantText(condition.value)}`
    case 'search':
      throw new TypeError('no text says "search"')
  }
}

/** Where no text was found to compare with the caller, the key of a class stands. */
export function isNumber({ steps }: Way): boolean {
  return steps.at(-1) === 'id' || steps.at(-1) === 'person'
}

/** The condition as a filter, for one that was asked for so. */
export function filterOf(condition: Condition): Filter {
  switch (condition.kind) {
    case 'and':
      return { and: condition.of.map(filterOf) }
    case 'or':
      return { or: condition.of.map(filterOf) }
    case 'not':
      return { not: filterOf(condition.of) }
    case 'compare':
      return { attribute: condition.way.steps.join('.'), op: condition.op, value: condition.type === 'decimal' ? String(condition.value) : condition.value }
    case 'in':
      return { attribute: condition.way.steps.join('.'), in: condition.values.map((value) => (condition.type === 'decimal' ? String(value) : value)) }
    case 'starts':
      return { attribute: condition.way.steps.join('.'), startsWith: condition.value }
    case 'search':
      return { search: condition.words.join(' '), ...(condition.ways === undefined ? {} : { attributes: condition.ways.map(({ steps }) => steps.join('.')) }) }
    case 'null':
      return { attribute: condition.way.steps.join('.'), isNull: condition.is }
    case 'caller':
    case 'permitted':
    case 'fold':
    case 'size':
    case 'figure':
      throw new TypeError(`no filter says "${condition.kind}"`)
  }
}

function wayText({ at, steps }: Way): string {
  return [...(at === 0 ? [] : [`x${at}`]), ...steps].join('.')
}

function constantText(value: Constant): string {
  return typeof value === 'string' ? JSON.stringify(value) : value < 0 ? `(${value})` : String(value)
}
