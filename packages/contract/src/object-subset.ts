import { fieldOf, givenField, isOpen } from './object-facet.ts'
import { below, schemaBreak } from './schema-break.ts'
import { span } from './schema-description.ts'
import { noValue } from './schema-emptiness.ts'
import { isAnything, isNever } from './schema-shape.ts'
import type { Relate, SchemaBreak } from './schema-break.ts'
import type { SchemaNode } from './schema-node.ts'
import type { ObjectFacet, Shape } from './schema-shape.ts'

/**
 * What a given object may have, or lack, that a wanted one may not.
 * A field that the given schema does not declare is taken as absent, though an open object might carry anything there:
 * both sides of a contract send what their contract declares. So an optional field may be added and removed at will.
 * Fields that are not declared by name on either side have no such excuse: they must be accepted.
 */
export function objectBreaks(given: Shape, wanted: Shape, relate: Relate): SchemaBreak[] {
  if (!given.types.has('object')) return []
  const missing = [...wanted.required].filter((name) => !given.required.has(name))
  return [
    ...missing.map((name) => schemaBreak('FIELD_MISSING', `an object without ${quoted(name)}`, `an object with ${quoted(name)}`, [name])),
    ...sizeBreaks(given, wanted),
    ...wanted.objects.flatMap((facet) => [...namedBreaks(given, facet, relate), ...unnamedBreaks(given.objects, facet, relate)]),
  ]
}

function sizeBreaks({ fields, required, objects }: Shape, wanted: Shape): SchemaBreak[] {
  const least = Math.max(fields.min, required.size)
  const most = Math.min(fields.max, ...objects.filter(isClosed).map(({ properties }) => properties.size))
  return least >= wanted.fields.min && most <= wanted.fields.max
    ? []
    : [schemaBreak('SIZE', `an object with ${span(least, most)} fields`, `an object with ${span(wanted.fields.min, wanted.fields.max)} fields`)]
}

function namedBreaks(given: Shape, wanted: ObjectFacet, relate: Relate): SchemaBreak[] {
  const names = new Set([...given.objects.flatMap(({ properties }) => [...properties.keys()]), ...given.required, ...wanted.properties.keys()])
  return [...names].flatMap((name) => {
    const declared = givenField(given.objects, name) ?? (given.required.has(name) ? [] : undefined)
    return declared === undefined ? [] : fieldOf(wanted, name).flatMap((demand) => fieldBreaks(name, declared, demand, relate))
  })
}

function fieldBreaks(name: string, declared: readonly SchemaNode[], demand: SchemaNode, relate: Relate): SchemaBreak[] {
  if (!isNever(demand)) return below(name, relate(declared, demand))
  return noValue(declared) ? [] : [schemaBreak('FIELD_REFUSED', `an object with ${quoted(name)}`, `an object without ${quoted(name)}`, [name])]
}

/** Fields known by pattern only, or not at all. */
function unnamedBreaks(given: readonly ObjectFacet[], wanted: ObjectFacet, relate: Relate): SchemaBreak[] {
  if (given.some(isClosed)) return []
  const classes = given.flatMap(({ patterns, additional }) => [
    ...patterns.map(({ source, node }) => ({ source, node })),
    ...(additional === undefined ? [] : [{ source: undefined, node: additional }]),
  ])
  const known = classes.flatMap(({ source, node }) => demandsOn(source, given, wanted).flatMap((demand) => closedBreaks([node], demand, relate)))
  const unknown = isOpen(given) ? demandsOn(undefined, given, wanted).flatMap((demand) => closedBreaks([], demand, relate)) : []
  return [...known, ...unknown]
}

/**
 * What a wanted schema may ask of fields that match a pattern, or of those that match none of the given patterns.
 * Patterns may overlap in any way, except that what matches another given pattern is judged under that one.
 */
function demandsOn(pattern: string | undefined, given: readonly ObjectFacet[], { patterns, additional }: ObjectFacet): SchemaNode[] {
  const covered = patterns.some(({ source }) => source === pattern)
  const elsewhere = new Set(given.flatMap((facet) => facet.patterns.map(({ source }) => source)).filter((source) => source !== pattern))
  const asked = patterns.filter(({ source }) => !elsewhere.has(source)).map(({ node }) => node)
  return [...asked, ...(additional === undefined || covered ? [] : [additional])].filter((node) => !isAnything(node))
}

function closedBreaks(declared: readonly SchemaNode[], demand: SchemaNode, relate: Relate): SchemaBreak[] {
  if (!isNever(demand)) return below('*', relate(declared, demand))
  return noValue(declared) ? [] : [schemaBreak('FIELDS_CLOSED', 'an object with unnamed fields', 'an object with none but the named fields')]
}

function isClosed({ additional, patterns }: ObjectFacet): boolean {
  return additional !== undefined && isNever(additional) && patterns.length === 0
}

function quoted(name: string): string {
  return `"${name}"`
}
