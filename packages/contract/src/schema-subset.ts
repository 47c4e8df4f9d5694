import { arrayBreaks } from './array-subset.ts'
import { canonical } from './canonical.ts'
import { objectBreaks } from './object-subset.ts'
import { scalarBreaks } from './scalar-subset.ts'
import { branches } from './schema-branches.ts'
import { schemaBreak } from './schema-break.ts'
import { describe, describeNode } from './schema-description.ts'
import { isEmpty } from './schema-emptiness.ts'
import { sameNode, SchemaRoot } from './schema-node.ts'
import { decide, isAnything, isNever, shapeOf } from './schema-shape.ts'
import type { SchemaBreak } from './schema-break.ts'
import type { SchemaNode } from './schema-node.ts'
import type { Shape } from './schema-shape.ts'

/**
 * The places where a value that satisfies `given` may not satisfy `wanted`; empty where that has been proven impossible.
 * Sound, not complete: what cannot be proven counts as a break.
 */
export function subsetBreaks(given: unknown, wanted: unknown): readonly SchemaBreak[] {
  return nodeBreaks([new SchemaRoot('given', given).top], new SchemaRoot('wanted', wanted).top)
}

/** The same of places within two schemas. */
export function nodeBreaks(given: readonly SchemaNode[], wanted: SchemaNode): readonly SchemaBreak[] {
  return new Subset().relate(given, wanted)
}

const shownBreaks = 50

/**
 * One proof. A pair of places met again while it is being proven holds (recursive schemas are compared coinductively).
 * What was concluded from such an assumption is forgotten when the assumption fails; failures stay, because they needed no assumption.
 */
class Subset {
  readonly #assumed = new Set<string>()
  readonly #order: string[] = []
  readonly #failed = new Map<string, readonly SchemaBreak[]>()

  readonly relate = (given: readonly SchemaNode[], wanted: SchemaNode): readonly SchemaBreak[] => {
    const key = `${[...new Set(given.map(({ id }) => id))].toSorted().join()} in ${wanted.id}`
    const failed = this.#failed.get(key)
    if (failed) return failed
    if (this.#assumed.has(key)) return []
    const mark = this.#order.length
    this.#assumed.add(key)
    this.#order.push(key)
    const breaks = distinct(this.#compare(given, wanted)).slice(0, shownBreaks)
    if (breaks.length > 0) {
      for (const forgotten of this.#order.splice(mark)) this.#assumed.delete(forgotten)
      this.#failed.set(key, breaks)
    }
    return breaks
  }

  #compare(given: readonly SchemaNode[], wanted: SchemaNode): readonly SchemaBreak[] {
    if (isAnything(wanted) || given.some((node) => sameNode(node, wanted))) return []
    const all = branches(given)
    const [branch] = all
    if (branch === undefined) return []
    if (all.length > 1) return all.flatMap((one) => this.relate(one, wanted))
    if (isEmpty(branch)) return []
    const { root, schema } = wanted
    const target = root.target(wanted)
    return [
      ...this.#ownBreaks(branch, root.own(wanted)),
      ...(target === undefined ? [] : this.relate(branch, target)),
      ...root.nodes(schema['allOf']).flatMap((part) => this.relate(branch, part)),
      ...(schema['anyOf'] === undefined ? [] : this.#anyOfBreaks(branch, root.alternatives(wanted))),
    ]
  }

  #ownBreaks(branch: readonly SchemaNode[], wanted: SchemaNode): readonly SchemaBreak[] {
    const given = shapeOf(branch)
    if (isAnything(wanted)) return []
    if (isNever(wanted)) return [schemaBreak('TYPE', describe(given), 'nothing at all')]
    if (given.values) return valueBreaks(given.values, wanted)
    const shape = shapeOf([wanted])
    const typeBreak = differingType(given, shape)
    if (typeBreak) return [typeBreak]
    if (shape.values) return [schemaBreak('VALUE', describe(given), describe(shape))]
    return [...undecided(given, shape), ...scalarBreaks(given, shape), ...arrayBreaks(given, shape, this.relate), ...objectBreaks(given, shape, this.relate)]
  }

  #anyOfBreaks(branch: readonly SchemaNode[], wanted: SchemaNode): readonly SchemaBreak[] {
    const attempts = wanted.root.nodes(wanted.schema['anyOf']).map((alternative) => this.relate(branch, alternative))
    if (attempts.some((breaks) => breaks.length === 0)) return []
    const given = shapeOf(branch)
    if (given.values) {
      const refused = given.values.filter((value) => given.values?.length === 1 || this.relate([...branch, wanted.root.constant(value)], wanted).length > 0)
      return refused.length === 0 ? [] : [schemaBreak('VALUE', listed(refused), describeNode(wanted))]
    }
    if (given.typed && given.types.size > 1) return [...given.types].flatMap((type) => this.relate([...branch, wanted.root.typed(type)], wanted))
    return nearest(attempts) ?? [schemaBreak('ALTERNATIVE', describe(given), describeNode(wanted))]
  }
}

function valueBreaks(values: readonly unknown[], wanted: SchemaNode): SchemaBreak[] {
  const verdicts = values.map((value) => decide(value, wanted))
  const refused = values.filter((_, index) => verdicts[index] === false)
  const { typed, types } = shapeOf([wanted])
  const code = typed && refused.every((value) => !types.has(typeOf(value))) ? 'TYPE' : 'VALUE'
  if (refused.length > 0) return [schemaBreak(code, listed(refused), describeNode(wanted))]
  return verdicts.includes(undefined) ? [schemaBreak('UNDECIDED', listed(values), describeNode(wanted))] : []
}

function differingType(given: Shape, wanted: Shape): SchemaBreak | undefined {
  const differs = wanted.typed && ([...given.types].some((type) => !wanted.types.has(type)) || (given.types.has('number') && wanted.integer && !given.integer))
  return differs ? schemaBreak('TYPE', describe(given), describe(wanted)) : undefined
}

function undecided(given: Shape, wanted: Shape): SchemaBreak[] {
  return [...wanted.opaque].filter(([text]) => !given.opaque.has(text)).map(([, keywords]) => schemaBreak('UNDECIDED', `something else under ${keywords}`, `what ${keywords} says, which cannot be compared`))
}

/** The breaks of the alternative that is meant: the only one of the right type, or the only one whose telling field has the right value. */
function nearest(attempts: readonly (readonly SchemaBreak[])[]): readonly SchemaBreak[] | undefined {
  const ofType = attempts.filter((breaks) => !breaks.some(({ code, path }) => path.length === 0 && code === 'TYPE'))
  const ofKind = ofType.filter((breaks) => !breaks.some(({ code, path }) => path.length <= 1 && code === 'VALUE'))
  return ofType.length === 1 ? ofType[0] : ofKind.length === 1 ? ofKind[0] : undefined
}

function distinct(breaks: readonly SchemaBreak[]): SchemaBreak[] {
  return [...new Map(breaks.toReversed().map((found) => [`${found.code} ${canonical(found.path)}`, found])).values()].toReversed()
}

function listed(values: readonly unknown[]): string {
  return describe({ values })
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}
