import { check, ExpressionError, parse } from '@caruso/expression'
import type { Expression, Schema, Term, Type } from '@caruso/expression'
import { schemaOf } from '../compile/schema.ts'
import type { Definition, Sourced } from '../definition.ts'
import type { Place } from '../place.ts'
import type { Problem } from '../problem.ts'
import type { Script } from '../script.ts'
import type { Surroundings } from '../surroundings.ts'
import { sourcesOf, type Source } from './sources.ts'

/** A script that is checked, as it was read and as it was compiled. */
export class Subject {
  readonly definition: Definition
  readonly script: Script
  readonly surroundings: Surroundings
  readonly sources: readonly Source[]
  readonly schema: Schema

  constructor(definition: Definition, script: Script, surroundings: Surroundings) {
    this.definition = definition
    this.script = script
    this.surroundings = surroundings
    this.sources = sourcesOf(definition)
    this.schema = { names: script.types, classes: schemaOf(definition, surroundings).classes ?? {} }
  }

  /** The type of what an expression computes, of an amount or an object too; undefined where it is not right, or null. */
  typeOf(source: Sourced): Type | undefined {
    const tree = treeOf(source)
    if (tree === undefined || (tree.kind === 'constant' && tree.type === 'null')) return undefined
    return this.#typeAt(tree) ?? this.term(source)?.type
  }

  /** An expression as it means; undefined where it is not right, which was told when it was compiled. */
  term(source: Sourced): Term | undefined {
    try {
      return check(source.text, this.schema)
    } catch (error) {
      return ignored(error)
    }
  }

  #typeAt(tree: Expression): Type | undefined {
    if (tree.kind === 'name') return own(this.schema.names, tree.name)
    const of = tree.kind === 'member' ? this.#typeAt(tree.of) : undefined
    return tree.kind === 'member' && typeof of === 'object' && 'object' in of ? own(this.schema.classes?.[of.object] ?? {}, tree.name) : undefined
  }
}

/** A rule of the checker: what of a script breaks it. */
export type Rule = (subject: Subject) => readonly Problem[]

export function error(rule: string, place: Place, message: string): Problem {
  return { rule, level: 'error', place, message }
}

export function warning(rule: string, place: Place, message: string): Problem {
  return { rule, level: 'warning', place, message }
}

/** An expression as it is written; undefined where it is none. */
export function treeOf({ text }: Sourced): Expression | undefined {
  try {
    return parse(text)
  } catch (caught) {
    return ignored(caught)
  }
}

export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

function ignored(caught: unknown): undefined {
  if (!(caught instanceof ExpressionError)) throw caught
}
