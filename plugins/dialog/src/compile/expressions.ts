import { bind, check, evaluator, ExpressionError, print } from '@caruso/expression'
import type { Attributes, Scalar, Schema, Term, Type, Values } from '@caruso/expression'
import type { Sourced } from '../definition.ts'
import type { Place } from '../place.ts'
import { placeWithin } from '../place-within.ts'
import type { Problem } from '../problem.ts'
import type { Compute, Value } from '../script.ts'
import { treeOf, typeAt, wayOf } from './member-way.ts'
import { pathsIn } from './paths.ts'

/** An expression that was compiled, with the type of what it computes. */
export interface Compiled {
  readonly type: Type
  readonly compute: Compute
}

/** Compiles the expressions of one script under the same names, and collects what is wrong with them. */
export class Expressions {
  readonly problems: Problem[] = []
  /** The ways that expressions go from the script's names. */
  readonly paths: (readonly string[])[] = []
  readonly #names: Record<string, Type>
  /** What of the names is computed, each when an expression names it: most name none, and a day in a time zone costs more than all else. */
  readonly #computed = new Map<string, Compute>()
  readonly #classes: Readonly<Record<string, Attributes>>

  constructor(schema: Schema) {
    this.#names = { ...schema.names }
    this.#classes = schema.classes ?? {}
  }

  get names(): Readonly<Record<string, Type>> {
    return this.#names
  }

  /** A name for what is computed, which expressions that are compiled later may use. */
  add(name: string, { type, compute }: Compiled): void {
    this.#names[name] = type
    this.#computed.set(name, compute)
  }

  condition(source: Sourced): Compute {
    return this.#scalar(source, 'boolean').compute
  }

  /** One value of a type. */
  scalar(source: Sourced, wanted: Scalar): Compute {
    return this.#scalar(source, wanted).compute
  }

  /** Any value; where the source is only a way to something, an amount, an object or many too. */
  value(source: Sourced): Compiled {
    return this.#path(source) ?? this.#scalar(source)
  }

  /** A condition over a class, in which the script's names stand after `dialog.`; gives its source for their values. */
  where(source: Sourced, className: string): (values: Values) => string {
    const classes = { ...this.#classes, [dialogClass]: this.#names }
    const term = this.#checked(source, { names: { ...this.#classes[className], dialog: { object: dialogClass } }, classes }, 'boolean')
    const paths = pathsIn(term).filter(([first]) => first === 'dialog').map((path) => path.slice(1))
    this.paths.push(...paths)
    return this.#completed(paths, (values) => print(bind(term, { dialog: values })))
  }

  problem(rule: string, place: Place, message: string, level: Problem['level'] = 'error'): void {
    this.problems.push({ rule, level, place, message })
  }

  #scalar(source: Sourced, wanted?: Scalar): Compiled {
    const term = this.#checked(source, { names: this.#names, classes: this.#classes }, wanted)
    const paths = pathsIn(term)
    this.paths.push(...paths)
    return { type: term.type, compute: this.#completed(paths, evaluator(term)) }
  }

  /** The same with the names that are computed and that it goes from. */
  #completed<T>(paths: readonly (readonly string[])[], compute: (values: Values) => T): (values: Values) => T {
    const computed = [...new Set(paths.map(([first = '']) => first))].flatMap((name) => {
      const one = this.#computed.get(name)
      return one ? [{ name, one }] : []
    })
    if (computed.length === 0) return compute
    return (values) => compute(Object.assign({ ...values }, ...computed.map(({ name, one }) => ({ [name]: one(values) }))))
  }

  #checked(source: Sourced, schema: Schema, wanted?: Scalar): Term {
    try {
      return check(source.text, schema, wanted)
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      this.problem('expression', placeWithin(source, error.details), error.message.replace(/^Line \d+, column \d+: /, ''))
      return { value: null, type: wanted ?? 'text' }
    }
  }

  /** What a way leads to that is no single value. */
  #path(source: Sourced): Compiled | undefined {
    const tree = treeOf(source)
    const path = tree && wayOf(tree)
    const type = path && typeAt(path, { names: this.#names, classes: this.#classes })
    if (path === undefined || type === undefined || typeof type === 'string' || 'list' in type) return undefined
    this.paths.push(path)
    return { type, compute: this.#completed([path], (values) => path.reduce<unknown>(own, values) as Value) }
  }
}

const dialogClass = 'the dialog'

function own(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name) ? (holder as Readonly<Record<string, unknown>>)[name] : null
}
