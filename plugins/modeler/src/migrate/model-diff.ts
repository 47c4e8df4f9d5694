import type { Change, NewColumn, NewForeignKey, NewIndex } from '@caruso/storage/contract'
import type { Applied, AppliedTable, DescribedTable, ModelDiff, Step } from './applied.ts'
import { fittedReferences } from './fitted-references.ts'
import type { WantedColumn, WantedTable } from './wanted.ts'

/**
 * Compares the tables that classes need with those that the last `apply` left and those that are there. Only what is
 * ours is changed or dropped: of a table of another application, columns that are missing are added and no more. What
 * is there already as it is wanted is left alone, so that after a kill the rest is what is left to do.
 */
export function modelDiff(asked: readonly WantedTable[], applied: Applied, described: readonly DescribedTable[]): ModelDiff {
  const wanted = fittedReferences(asked, applied, described)
  const diff = new Diff(new Map(described.map((table) => [table.name, table])))
  const ours = new Map(applied.map((table) => [table.name, table]))
  const after = wanted.map((table) => diff.table(table, ours.get(table.name)))
  const names = new Set(wanted.map(({ name }) => name))
  for (const table of applied) if (!names.has(table.name)) diff.without(table)
  return { steps: diff.steps, applied: after.map((table) => ({ ...table, columns: table.columns.map(withoutWas) })).filter(({ created, columns, search }) => created || columns.length > 0 || search !== undefined) }
}

class Diff {
  readonly #there: ReadonlyMap<string, DescribedTable>
  readonly #parts: Readonly<Record<'freed' | 'tables' | 'renamed' | 'columns' | 'indexes' | 'references' | 'searches' | 'columnsGone' | 'tablesGone', Step[]>> = { freed: [], tables: [], renamed: [], columns: [], indexes: [], references: [], searches: [], columnsGone: [], tablesGone: [] }

  /** Names of indexes and references, which are the whole database's; a renamed column keeps those of before. */
  readonly #taken: Set<string>

  constructor(there: ReadonlyMap<string, DescribedTable>) {
    this.#there = there
    this.#taken = new Set([...there.values()].flatMap(({ name, unique, indexes, foreignKeys }) => [name, ...[...unique, ...indexes, ...foreignKeys].flatMap((one) => one.name ?? [])]))
  }

  /** In an order in which each finds what it needs. */
  get steps(): readonly Step[] {
    const { freed, tables, renamed, columns, indexes, references, searches, columnsGone, tablesGone } = this.#parts
    return [...freed, ...renamed, ...tables, ...columns, ...indexes, ...references, ...columnsGone, ...searches, ...tablesGone]
  }

  table(wanted: WantedTable, ours: AppliedTable | undefined): AppliedTable {
    const { name } = wanted
    const there = this.#there.get(name)
    if (there === undefined) {
      this.#parts.tables.push({ change: { createTable: name, columns: wanted.columns.map(plain), key: wanted.key, indexes: wanted.indexes.map((index) => this.#free(index)) }, undo: { dropTable: name } })
      for (const addForeignKey of wanted.foreignKeys) this.#refer(name, addForeignKey)
      if (wanted.search !== undefined) this.#search(name, wanted.search)
      return { ...wanted, created: true }
    }
    const created = ours?.created === true
    const renamed = this.#columns(wanted, ours, there)
    const now = (column: string): string => renamed.get(column) ?? column
    const mine = new Set(wanted.columns.filter((column) => created || !there.columns.some((one) => one.name === column.name) || ours?.columns.some((one) => one.name === column.name || now(one.name) === column.name)).map((column) => column.name))
    const isMine = (columns: readonly string[]): boolean => created || columns.some((column) => mine.has(column))
    const indexes = wanted.indexes.filter(({ parts }) => isMine(parts.map(({ column }) => column)))
    const foreignKeys = wanted.foreignKeys.filter(({ columns }) => isMine(columns))
    // A reference goes before the index that MySQL needs for it.
    this.#references(name, foreignKeys, ours?.foreignKeys ?? [], there, now)
    this.#indexes(name, indexes, ours?.indexes ?? [], there, now)
    const search = created || wanted.searchOthers === true ? wanted.search : undefined
    this.#searches(there, search, ours?.search)
    return { ...wanted, columns: wanted.columns.filter((column) => mine.has(column.name)), indexes, foreignKeys, search, created }
  }

  /** A table that no class needs any more goes where it is ours; of others, our columns go. */
  without(table: AppliedTable): void {
    const there = this.#there.get(table.name)
    if (there === undefined) return
    if (!table.created) return void this.table({ ...table, columns: [], indexes: [], foreignKeys: [], search: undefined }, table)
    for (const key of there.foreignKeys) this.#parts.freed.push({ change: { dropForeignKey: key.columns, table: table.name } })
    this.#unsearch(there, table.search)
    this.#parts.tablesGone.push({ change: { dropTable: table.name } })
  }

  /** Answers names of now by those of before, for columns that are renamed. */
  #columns(wanted: WantedTable, ours: AppliedTable | undefined, there: DescribedTable): ReadonlyMap<string, string> {
    const { name: table } = wanted
    const renamed = new Map<string, string>()
    const isThere = (name: string): boolean => there.columns.some((one) => one.name === name)
    for (const column of wanted.columns) {
      const before = ours?.columns.find((one) => one.name !== column.name && (column.was?.includes(one.path) === true || one.path === column.path) && !wanted.columns.some((other) => other.name === one.name))
      if (before !== undefined) renamed.set(before.name, column.name)
      const known = before ?? ours?.columns.find((one) => one.name === column.name)
      if (before !== undefined && isThere(before.name) && !isThere(column.name)) this.#parts.renamed.push({ change: { renameColumn: before.name, table, to: column.name }, undo: { renameColumn: column.name, table, to: before.name } })
      else if (!isThere(column.name)) this.#parts.columns.push({ change: { addColumn: plain(column), table }, undo: { dropColumn: column.name, table } })
      if (known !== undefined && !isSame(known, column) && !isLike(there, column)) this.#parts.columns.push({ change: { changeColumn: plain(column), table }, undo: { changeColumn: { ...plain(known), name: column.name }, table } })
    }
    for (const { name } of ours?.columns ?? []) {
      if (!wanted.columns.some((column) => column.name === name) && !renamed.has(name) && isThere(name)) this.#parts.columnsGone.push({ change: { dropColumn: name, table } })
    }
    return renamed
  }

  #indexes(table: string, wanted: readonly NewIndex[], ours: readonly NewIndex[], there: DescribedTable, now: (column: string) => string): void {
    const columnsOf = ({ parts }: NewIndex): string => parts.map(({ column }) => column).join('\n')
    const known = [...there.unique.map(({ name, columns }) => ({ name, unique: true, columns })), ...there.indexes.map(({ name, unique, parts }) => ({ name, unique, columns: parts.flatMap(({ column }) => column ?? []) }))]
    for (const one of ours) {
      const stays = wanted.some((other) => other.unique === one.unique && columnsOf(other) === one.parts.map(({ column }) => now(column)).join('\n'))
      const found = known.find(({ unique, columns }) => unique === one.unique && columns.join('\n') === columnsOf(one))
      if (!stays && found?.name !== undefined) this.#parts.freed.push({ change: { dropIndex: found.name, table }, undo: { addIndex: { ...one, name: found.name }, table } })
    }
    for (const one of wanted) {
      if (known.some(({ unique, columns }) => unique === one.unique && columns.map(now).join('\n') === columnsOf(one))) continue
      const addIndex = this.#free(one)
      this.#parts.indexes.push({ change: { addIndex, table }, undo: { dropIndex: addIndex.name, table } })
    }
  }

  #references(table: string, wanted: readonly NewForeignKey[], ours: readonly NewForeignKey[], there: DescribedTable, now: (column: string) => string): void {
    const text = ({ columns, table: other }: Pick<NewForeignKey, 'columns' | 'table'>): string => JSON.stringify([columns.map(now), other])
    for (const one of ours) {
      const isThere = there.foreignKeys.some((key) => key.columns.join('\n') === one.columns.join('\n'))
      if (isThere && !wanted.some((other) => text(other) === text(one))) this.#parts.freed.push({ change: { dropForeignKey: one.columns, table }, undo: { addForeignKey: one, table } })
    }
    for (const one of wanted) if (!there.foreignKeys.some((key) => text(key) === text(one))) this.#refer(table, one)
  }

  /** The index of words knows its columns and the key by name, so it is made anew where these change, and where a part of it is missing. */
  #searches(there: DescribedTable, wanted: readonly string[] | undefined, ours: readonly string[] | undefined): void {
    const { name: table, search, key } = there
    const touched = [...this.#parts.renamed, ...this.#parts.columns].some(({ change }) => ('renameColumn' in change ? change.table === table && key.includes(change.renameColumn) : 'changeColumn' in change && change.table === table && key.includes(change.changeColumn.name)))
    if (search !== undefined && wanted !== undefined && !touched && isSearch(there, wanted)) return
    // What an undo goes back to has the index too.
    const isMended = !touched && wanted !== undefined && ours?.join('\n') === wanted.join('\n')
    this.#unsearch(there, ours, isMended)
    if (wanted !== undefined) this.#search(table, wanted, isMended)
  }

  /** @param ours the columns of an index that lacks what says them */
  #unsearch({ name: table, search }: DescribedTable, ours: readonly string[] = [], isMended = false): void {
    if (search === undefined) return
    const columns = search.columns.length > 0 ? search.columns : ours
    if (columns.length > 0) this.#parts.freed.push({ change: { dropSearch: columns, table }, ...(isMended ? {} : { undo: { addSearch: columns, table } }) })
  }

  #search(table: string, addSearch: readonly string[], isMended = false): void {
    this.#parts.searches.push({ change: { addSearch, table }, ...(isMended ? {} : { undo: { dropSearch: addSearch, table } }) })
  }

  /** With a name that nothing has yet. */
  #free<T extends { readonly name: string }>(one: T): T {
    let name = one.name
    for (let number = 2; this.#taken.has(name); number++) name = `${one.name.slice(0, 58)}_${number}`
    this.#taken.add(name)
    return { ...one, name }
  }

  #refer(table: string, wanted: NewForeignKey): void {
    const addForeignKey = this.#free(wanted)
    this.#parts.references.push({ change: { addForeignKey, table }, undo: { dropForeignKey: addForeignKey.columns, table } })
  }
}

/** The column as the storage takes it. */
function plain(column: WantedColumn): NewColumn {
  const { path: _, ...plainColumn } = withoutWas(column)
  return plainColumn
}

function withoutWas(column: WantedColumn): WantedColumn {
  const { was: _, ...rest } = column
  return rest
}

function isSame(a: WantedColumn, b: WantedColumn): boolean {
  return a.type === b.type && a.length === b.length && a.digits === b.digits && a.places === b.places && a.nullable === b.nullable && a.default === b.default && a.identity === b.identity
}

/** It is there as it is wanted, as after a kill. Places are compared of decimals only, since of moments each database tells its own. */
export function isLike({ columns }: DescribedTable, wanted: NewColumn): boolean {
  const found = columns.find(({ name }) => name === wanted.name)
  if (found?.type !== wanted.type || found.nullable !== wanted.nullable || (found.default === undefined) !== (wanted.default === undefined)) return false
  return found.length === wanted.length && found.digits === wanted.digits && (wanted.type !== 'decimal' || (found.places ?? 0) === (wanted.places ?? 0))
}

/** A table has an index for searches in these columns, of which nothing is missing; those of its key are always among them. */
export function isSearch({ search, key }: DescribedTable, columns: readonly string[]): boolean {
  return search !== undefined && search.faults.length === 0 && columns.every((column) => search.columns.includes(column)) && search.columns.every((column) => columns.includes(column) || key.includes(column))
}

/** Changes whose values are gone with them. */
export function losing(steps: readonly Step[]): readonly Change[] {
  return steps.map(({ change }) => change).filter((change) => 'dropTable' in change || 'dropColumn' in change)
}
