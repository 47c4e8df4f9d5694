import { isMapping } from '../check-schema.ts'
import { snakeCase } from '../snake-case.ts'

/** A class that somebody made of a table, as far as others refer to it. */
export interface MadeClass {
  readonly name: string
  /** Its attributes by column; one of several columns by the first. */
  readonly attributes: ReadonlyMap<string, string>
  /** Its relations by the tables that link. */
  readonly links: ReadonlyMap<string, string>
  /** The tables beside its own that it lies in. */
  readonly parts: readonly string[]
}

/** What a mapping says of a class. */
export function madeClass(name: string, mapping: Readonly<Record<string, unknown>>): MadeClass {
  const { columns, links, tables } = mapping
  return {
    name,
    attributes: new Map(entriesOf(columns).flatMap(([attribute, column]) => columnsIn(column).slice(0, 1).map((one) => [one, attribute] as const))),
    parts: entriesOf(tables).map(([part, table]) => (isMapping(table) && typeof table['table'] === 'string' ? table['table'] : `${snakeCase(name)}_${snakeCase(part)}`)),
    links: new Map(entriesOf(links).flatMap(([relation, link]) => (isMapping(link) && typeof link['table'] === 'string' ? [[link['table'], relation] as const] : []))),
  }
}

function columnsIn(mapped: unknown): string[] {
  if (typeof mapped === 'string') return [mapped]
  if (!isMapping(mapped)) return []
  return typeof mapped['column'] === 'string' ? [mapped['column']] : Object.values(mapped).flatMap(columnsIn)
}

function entriesOf(value: unknown): (readonly [string, unknown])[] {
  return isMapping(value) ? Object.entries(value) : []
}
