import { check, ExpressionError } from '@caruso/expression'
import type { Schema, Term, Type } from '@caruso/expression'
import { treeOf, typeAt, wayOf } from '../compile/member-way.ts'
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
    const way = wayOf(tree)
    return (way && typeAt(way, this.schema)) ?? this.term(source)?.type
  }

  /** An expression as it means; undefined where it is not right, which was told when it was compiled. */
  term(source: Sourced): Term | undefined {
    try {
      return check(source.text, this.schema)
    } catch (caught) {
      if (caught instanceof ExpressionError) return undefined
      throw caught
    }
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

export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
