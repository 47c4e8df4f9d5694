import { nearest } from '@caruso/contract'
import type { Attribute } from './business-class.ts'
import type { Draft } from './draft.ts'
import type { PartDefinition } from './mapping-schema.ts'
import type { Mistakes } from './mistake.ts'
import type { PartTable } from './part-table.ts'
import { snakeCase } from './snake-case.ts'
import { leavesOf, type ColumnPlace, type Leaf } from './stored.ts'

/** The tables beside its own that a mapping names, by the names that it gives them. */
export function linkParts(draft: Draft, key: readonly Leaf[], mistakes: Mistakes): ReadonlyMap<string, PartTable> {
  const parts = new Map<string, PartTable>()
  const { mapping } = draft
  if (mapping === undefined) return parts
  const tell = (path: readonly string[], expected: string, found: string): void => mistakes.add(mapping.origin, draft.name, ['tables', ...path], { expected, found })
  const taken = new Set([mapping.value.table ?? snakeCase(draft.name)])
  for (const [name, definition] of Object.entries(mapping.value.tables ?? {})) {
    const table = definition.table ?? `${snakeCase(draft.name)}_${snakeCase(name)}`
    const columns = keyColumns(definition, key)
    if (key.length === 0) tell([name], 'a class with a key, by which the rows belong together', `${draft.name}, which has none`)
    else if (key.some(({ codec }) => codec.forms !== undefined)) tell([name], 'a key that stands in its columns in one form only', 'one that may be filled up with blanks, or is written in several forms')
    else if (columns.length !== key.length) tell([name, 'key'], `${key.length} columns, as many as the key has`, String(columns.length))
    else if (taken.has(table)) tell([name], 'every table once', `${JSON.stringify(table)} again`)
    const pairs = key.map((own, index) => ({ own, other: { ...own, column: columns[index] ?? own.column } }))
    parts.set(name, { name, table, pairs, optional: definition.optional === true, readonly: definition.readonly === true })
    taken.add(table)
  }
  return parts
}

/** The column that a mapping names: `credit.limit` is one of the table that it calls `credit`. */
export function placeIn(parts: ReadonlyMap<string, PartTable>, written: string, tell: (expected: string, found: string, suggestion?: string) => void): ColumnPlace {
  const dot = written.indexOf('.')
  if (parts.size === 0 || dot === -1) return { column: written }
  const [name, column] = [written.slice(0, dot), written.slice(dot + 1)]
  const part = parts.get(name)
  if (part !== undefined && column !== '') return { column, part }
  tell(`a column of one of the tables ${[...parts.keys()].join(', ')}`, JSON.stringify(written), nearest(name, parts.keys()))
  return { column: written }
}

/** What keeps the tables of a class from being used as its attributes want them. */
export function partMistakes(draft: Draft, parts: ReadonlyMap<string, PartTable>, attributes: Iterable<Attribute>, mistakes: Mistakes): void {
  const { mapping } = draft
  if (mapping === undefined || parts.size === 0) return
  const used = new Set<PartTable>()
  for (const { name, definition, stored } of attributes) {
    const tables = new Set(leavesOf(stored).map(({ part }) => part))
    if (definition.type === 'reference' && tables.size > 1) mistakes.add(mapping.origin, draft.name, ['columns', name], { expected: 'all columns of a reference in one table', found: `columns in ${tables.size}` })
    for (const { part, column, path } of leavesOf(stored)) {
      if (part === undefined) continue
      used.add(part)
      if (part.pairs.some(({ other }) => other.column === column)) mistakes.add(mapping.origin, draft.name, ['columns', name], { expected: `another column of "${part.name}" than its key`, found: `${JSON.stringify(column)} for ${path}` })
    }
  }
  for (const part of parts.values()) if (!used.has(part)) mistakes.add(mapping.origin, draft.name, ['tables', part.name], { of: 'key', expected: `a table in which a column is, such as "${part.name}.name"`, found: 'none of the columns' })
}

function keyColumns({ key: written }: PartDefinition, key: readonly Leaf[]): readonly string[] {
  if (written === undefined) return key.map(({ column }) => column)
  return typeof written === 'string' ? [written] : written
}
