import { describeValue } from '@caruso/contract'
import type { Filter as StorageFilter, Term, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { Classes } from './classes.ts'
import { expectedBy } from './codec.ts'
import { columnOf } from './column-of.ts'
import { columnTerm } from './column-term.ts'
import { equalTo, formsOf } from './equal-to.ts'
import { constantOf, type Computed } from './computed.ts'
import { ModelerError } from './errors.ts'
import type { Comparable, Filter } from './filter.ts'
import { limits } from './limits.ts'
import { placeOf } from './part-table.ts'
import { hiddenAttribute, isHidden, type PathResolver, type Resolved } from './path-resolver.ts'
import { leavesOf, type Composite, type Leaf } from './stored.ts'
import { holdsText, wordsCondition, type Searched } from './words-condition.ts'

/**
 * A condition over attributes as the storage takes it, over columns: a filter, or a text in the expression language.
 * Every condition of a request goes through here.
 *
 * @throws ModelerError `ATTRIBUTE_UNKNOWN`, `REQUEST_INVALID`
 */
export function conditionOf(where: Filter | string, resolver: PathResolver, classes: Classes): StorageFilter {
  return typeof where === 'string' ? ofExpression(where, resolver, classes) : ofFilter(where, resolver, classes, 0)
}

function ofExpression(source: string, resolver: PathResolver, classes: Classes): StorageFilter {
  return { term: columnTerm(classes.condition(resolver.base, source), resolver, classes) }
}

function ofFilter(filter: Filter, resolver: PathResolver, classes: Classes, depth: number): StorageFilter {
  if (depth > limits.filterDepth) throw new ModelerError('REQUEST_INVALID', `Read a condition of more than ${limits.filterDepth} levels: that many are allowed`)
  requireOneKind(filter)
  if ('and' in filter) return { and: filter.and.map((part) => ofFilter(part, resolver, classes, depth + 1)) }
  if ('or' in filter) return { or: filter.or.map((part) => ofFilter(part, resolver, classes, depth + 1)) }
  if ('not' in filter) return { not: ofFilter(filter.not, resolver, classes, depth + 1) }
  if ('expression' in filter) return ofExpression(filter.expression, resolver, classes)
  if ('search' in filter) return wordsCondition(filter.search, searchedIn(filter.attributes, resolver, classes))
  const computed = resolver.computed(filter.attribute.split('.'))
  if (computed) return { term: ofComputed(filter, computed, resolver, classes) }
  const found = resolver.resolve(filter.attribute)
  if ('isNull' in filter) return filter.isNull ? isNull(found) : { not: isNull(found) }
  if ('in' in filter) return isIn(found, filter.in)
  if ('startsWith' in filter) return startsWith(found, filter.startsWith)
  return compare(found, filter.op, filter.value)
}

/**
 * Where a search looks for words: in what is named, in what the class says, or in all that holds texts, of both as far as it is seen.
 *
 * @throws ModelerError `ATTRIBUTE_HIDDEN` where nothing of it is
 */
export function searchedIn(attributes: readonly string[] | undefined, resolver: PathResolver, classes: Classes): Searched[] {
  const { base } = resolver
  if (attributes !== undefined) return attributes.map((path) => searched(path, resolver))
  const paths = base.searched.length > 0 ? base.searched : textsOf(base)
  const seen = paths.filter((path) => !isHidden(classes, base, memberOf(path)))
  const [first] = paths
  if (first !== undefined && seen.length === 0) throw hiddenAttribute(base, memberOf(first))
  return seen.map((path) => searched(path, resolver))
}

function textsOf({ attributes }: BusinessClass): string[] {
  return [...attributes.values()].filter(({ definition }) => definition.type !== 'reference').flatMap(({ stored }) => leavesOf(stored).filter(holdsText).map(({ path }) => path))
}

function memberOf(path: string): string {
  return path.split('.')[0] ?? ''
}

function searched(path: string, resolver: PathResolver): Searched {
  const found = resolver.leaf(path)
  if (holdsText(found.leaf)) return found
  throw new ModelerError('REQUEST_INVALID', `Searched for words in ${JSON.stringify(path)}: its column holds no texts as they are`)
}

/** A condition on what is computed: the formula stands in its place. */
function ofComputed(filter: Extract<Filter, { readonly attribute: string }>, { type }: Computed, resolver: PathResolver, classes: Classes): Term {
  const [first = '', ...rest] = filter.attribute.split('.')
  const value = columnTerm({ path: [first, ...rest], type }, resolver, classes)
  const constant = (given: unknown): Term => {
    const found = constantOf(type, given)
    if (found) return found
    throw new ModelerError('REQUEST_INVALID', `Compared ${JSON.stringify(filter.attribute)} with ${describeValue(given)}: expected a ${type}`)
  }
  const made = (op: string, other: Term): Term => ({ op, of: [value, other], type: 'boolean' })
  if ('isNull' in filter) return made(filter.isNull ? '==' : '!=', constant(null))
  if ('in' in filter) return made('in', { list: filter.in.map(constant), type: { list: type } })
  if ('startsWith' in filter && type === 'text') return made('startsWith', { value: filter.startsWith, type })
  if ('startsWith' in filter || (type === 'boolean' && filter.op !== '==' && filter.op !== '!=')) throw new ModelerError('REQUEST_INVALID', `Compared ${JSON.stringify(filter.attribute)} by "${'op' in filter ? filter.op : 'startsWith'}": it is computed as a ${type}, which has none`)
  return made(filter.op, constant(filter.value))
}

type Comparison = Extract<Filter, { readonly op: string }>['op']

function isNull({ stored, of }: Resolved): StorageFilter {
  if (stored.kind === 'leaf') return { column: stored.column, of: placeOf(stored, of), isNull: true }
  const parts = [...stored.parts.values()].map((part) => isNull({ stored: part, of, path: part.path }))
  // A value with parts that belong together is null where one is, as a row is read.
  return stored.partly === 'none' ? { or: parts } : { and: parts }
}

const kinds = ['and', 'or', 'not', 'op', 'in', 'startsWith', 'isNull', 'search', 'expression']

/** What a condition says beside another is no part of it, and would be lost. */
function requireOneKind(filter: Filter): void {
  const found = kinds.filter((kind) => Object.hasOwn(filter, kind))
  if (found.length > 1) throw new ModelerError('REQUEST_INVALID', `Read a condition with ${found.map((kind) => `"${kind}"`).join(' and ')} beside each other: expected one of them, or "and" of several conditions`)
}

function compare(found: Resolved, op: Comparison, value: Comparable): StorageFilter {
  const { stored, of, path } = found
  if (stored.kind === 'composite') {
    if (op !== '==' && op !== '!=') throw new ModelerError('REQUEST_INVALID', `Compared ${JSON.stringify(path)} by "${op}": what has parts knows "==" and "!="`)
    const equal = equals(stored, of, path, value)
    return op === '==' ? equal : { not: equal }
  }
  if (value === null) return { ...columnOf(stored, of), op, value: null }
  if (op !== '==' && op !== '!=' && !stored.codec.ordered) throw new ModelerError('REQUEST_INVALID', `Compared ${JSON.stringify(path)} by "${op}": its column holds the values in a form that is ordered otherwise`)
  if (op === '==' || op === '!=') {
    const equal = equalTo(stored, of, value) ?? { ...columnOf(stored, of), op: '==', value: encoded(stored, path, value) }
    return op === '!=' ? ('op' in equal ? { ...equal, op } : { not: equal }) : equal
  }
  return { ...columnOf(stored, of), op, value: encoded(stored, path, value) }
}

function equals(composite: Composite, of: string, path: string, value: Comparable): StorageFilter {
  if (value === null) return isNull({ stored: composite, of, path })
  if (typeof value !== 'object') throw new ModelerError('REQUEST_INVALID', `Compared ${JSON.stringify(path)} with ${describeValue(value)}: expected the parts ${[...composite.parts.keys()].join(', ')}`)
  for (const [name, fixed] of Object.entries(composite.fixed)) if (value[name] !== undefined && value[name] !== fixed) return { or: [] }
  return {
    and: [...composite.parts].map(([name, part]) => compare({ stored: part, of, path: part.path }, '==', (value[name] ?? null) as Comparable)),
  }
}

function isIn(found: Resolved, values: readonly Comparable[]): StorageFilter {
  const { stored, of, path } = found
  if (stored.kind === 'composite') return { or: values.map((value) => equals(stored, of, path, value)) }
  return { ...columnOf(stored, of), in: values.flatMap((value) => (value === null ? [null] : (formsOf(stored, value) ?? [encoded(stored, path, value)]))) }
}

function startsWith({ stored, of, path }: Resolved, prefix: string): StorageFilter {
  if (stored.kind === 'leaf' && stored.codec.startsWith) return { column: stored.column, of: placeOf(stored, of), startsWith: prefix }
  throw new ModelerError('REQUEST_INVALID', `Looked for the beginning of ${JSON.stringify(path)}: its column holds no text as it is`)
}

function encoded(leaf: Leaf, path: string, value: unknown): Value {
  const stored = leaf.codec.encode(value)
  if (stored === undefined) throw new ModelerError('REQUEST_INVALID', `Compared ${JSON.stringify(path)} with ${describeValue(value)}: expected ${expectedBy(leaf.codec, value)}`)
  return stored
}
