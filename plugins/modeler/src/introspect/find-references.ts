import type { ForeignKey, TableDescription } from '@caruso/storage/contract'
import type { DescribedClass, LinkTable, Reference } from './described-class.ts'

/** Which foreign keys become references; the others are told with the reason. */
export function findReferences(classes: readonly DescribedClass[]): void {
  const byTable = new Map(classes.map((one) => [one.table.name, one]))
  for (const one of classes) {
    const used = new Set<string>()
    const within = (key: ForeignKey): boolean => key.columns.every((column) => one.key.includes(column))
    for (const key of one.table.foreignKeys.toSorted((a, b) => Number(within(b)) - Number(within(a)))) {
      const found = referenceOf(one, key, byTable, used)
      if (typeof found === 'string') one.refused.push({ key, why: found })
      else {
        one.references.push(found)
        for (const column of found.columns) used.add(column)
      }
    }
  }
  for (const one of classes) refuseDeep(one)
}

/** Tables of two foreign keys and nothing else; they are no classes of their own. */
export function linkTables(tables: readonly TableDescription[], classes: readonly DescribedClass[]): LinkTable[] {
  const byTable = new Map(classes.map((one) => [one.table.name, one]))
  const referred = new Set(tables.flatMap(({ foreignKeys }) => foreignKeys.map((key) => key.table)))
  return tables.flatMap((table) => {
    const [first, second] = table.foreignKeys
    if (referred.has(table.name)) return []
    if (table.kind !== 'table' || table.foreignKeys.length !== 2 || first === undefined || second === undefined) return []
    const own = { table, name: '', words: [], english: true, key: [], references: [], refused: [] }
    const used = new Set<string>()
    const from = referenceOf(own, first, byTable, used)
    for (const column of first.columns) used.add(column)
    const to = referenceOf(own, second, byTable, used)
    if (typeof from === 'string' || typeof to === 'string') return []
    const linking = [...from.columns, ...to.columns]
    return table.columns.every(({ name, identity }) => linking.includes(name) || identity !== undefined) ? [{ table, ends: inOrder(table, from, to) }] : []
  })
}

/** By the columns of the table, since databases tell foreign keys in orders of their own. */
function inOrder({ columns }: TableDescription, one: Reference, other: Reference): [Reference, Reference] {
  const place = ({ columns: [first = ''] }: Reference): number => columns.findIndex(({ name }) => name === first)
  return place(one) <= place(other) ? [one, other] : [other, one]
}

function referenceOf(one: DescribedClass, key: ForeignKey, byTable: ReadonlyMap<string, DescribedClass>, used: ReadonlySet<string>): Reference | string {
  const target = key.schema === undefined ? byTable.get(key.table) : undefined
  if (target === undefined) return `no class stands for "${key.table}"`
  if (target.key.length === 0) return `${target.name} has no key`
  const pairs = new Map(key.references.map((column, index) => [column, key.columns[index]]))
  const columns = target.key.flatMap((column) => pairs.get(column) ?? [])
  if (columns.length !== target.key.length || pairs.size !== target.key.length) return `it does not lead to the key of ${target.name}`
  if (columns.some((column) => used.has(column))) return 'another reference has a column of it already'
  const inKey = columns.filter((column) => one.key.includes(column)).length
  if (inKey > 0 && (inKey < columns.length || target === one)) return 'only a part of it is of the key'
  return { key, target, columns, unique: isUnique(one.table, columns) }
}

function isUnique({ key, unique }: TableDescription, columns: readonly string[]): boolean {
  return [key, ...unique.map((one) => one.columns)].some((one) => one.length > 0 && one.every((column) => columns.includes(column)))
}

/** A key can be made of references, but of none that leads back to it, nor of one to a key that has references of several columns. */
function refuseDeep(one: DescribedClass): void {
  for (const reference of [...one.references]) {
    const inKey = reference.columns.every((column) => one.key.includes(column))
    const why = inKey ? problemInKey(one, reference) : undefined
    const deep = reference.columns.length > 1 && keyReferences(reference.target).some(({ columns }) => columns.length > 1)
    if (why === undefined && !deep) continue
    one.references.splice(one.references.indexOf(reference), 1)
    one.refused.push({ key: reference.key, why: why ?? `the key of ${reference.target.name} is made of keys of several columns` })
  }
}

function problemInKey(one: DescribedClass, { target, columns }: Reference): string | undefined {
  if (leadsTo(target, one, new Set())) return 'the keys would be made of each other'
  const first = one.key.indexOf(columns[0] ?? '')
  return columns.every((column, index) => one.key[first + index] === column) ? undefined : 'the key has its columns in another order'
}

function leadsTo(from: DescribedClass, to: DescribedClass, seen: Set<DescribedClass>): boolean {
  if (from === to) return true
  if (seen.has(from)) return false
  seen.add(from)
  return keyReferences(from).some(({ target }) => leadsTo(target, to, seen))
}

function keyReferences(one: DescribedClass): Reference[] {
  return one.references.filter(({ columns }) => columns.every((column) => one.key.includes(column)))
}
