import type { Filter, LogicalType, PlainStep, Value } from './contract.ts'

type Update = Extract<PlainStep, { readonly update: string }>

/** A column that has to be as it is said, null where it is null. */
export type Same = Extract<Filter, { readonly op: string; readonly column: string }>

/** An update of one row that says by equality which row that is, and how it was seen. */
export interface RowUpdate extends Pick<Update, 'update' | 'set' | 'types'> {
  readonly expect: 1
  readonly where: { readonly and: readonly Same[] }
}

/**
 * The updates from one step on, each of one row, that differ in nothing but their values: the same statement does all of
 * them. None where the step itself is no such update.
 */
export function alikeUpdates(steps: readonly PlainStep[], from: number): readonly RowUpdate[] {
  const first = steps[from]
  if (first === undefined || !isRowUpdate(first)) return []
  const columns = Object.keys(first.set)
  const alike = [first]
  for (let at = from + 1; at < steps.length; at++) {
    const step = steps[at]
    if (step === undefined || !isAlike(first, columns, step)) break
    alike.push(step)
  }
  return alike
}

function isRowUpdate(step: PlainStep): step is RowUpdate {
  return 'update' in step && step.expect === 1 && 'and' in step.where && step.where.and.length > 0 && step.where.and.every(isSame)
}

function isSame(filter: Filter): filter is Same {
  return 'op' in filter && 'column' in filter && filter.op === '=='
}

function isAlike(first: RowUpdate, columns: readonly string[], step: PlainStep): step is RowUpdate {
  if (!('update' in step) || step.update !== first.update || step.expect !== 1 || !('and' in step.where)) return false
  const { and } = step.where
  return hasColumns(step.set, columns) && (step.types === first.types || columns.every((column) => typeOf(step.types, column) === typeOf(first.types, column))) && and.length === first.where.and.length && first.where.and.every((same, index) => isOfSame(same, and[index]))
}

function hasColumns(set: Readonly<Record<string, unknown>>, columns: readonly string[]): boolean {
  let index = 0
  for (const column in set) if (column !== columns[index++]) return false
  return index === columns.length
}

function isOfSame({ column, of, type }: Same, other: Filter | undefined): boolean {
  return other !== undefined && isSame(other) && other.column === column && other.of === of && other.type === type
}

function typeOf(types: Update['types'], column: string): LogicalType | undefined {
  return types !== undefined && Object.hasOwn(types, column) ? types[column] : undefined
}

/** The values of such an update in the order in which its statement numbers them: of what it sets, then of its conditions. */
export function valuesOf({ set, where }: RowUpdate, resolve: (value: RowUpdate['set'][string]) => Value): Value[] {
  const values: Value[] = []
  for (const value of Object.values(set)) values.push(resolve(value))
  for (const { value } of where.and) values.push(value)
  return values
}
