import type { Cell, Step, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { columnsIn, rowOf, type ColumnValues } from './column-values.ts'
import { Comparison } from './comparison.ts'
import { isKeyOf } from './object-values.ts'
import type { PartRows } from './part-rows.ts'
import type { PartTable } from './part-table.ts'
import type { CheckedKey } from './policy-check.ts'
import { SharedUpdate, updateOf } from './shared-update.ts'
import { typesOf } from './step-types.ts'

/** A step that writes another table of a class than its own, for some changes. */
export interface PartStep {
  readonly step: Step
  readonly part: PartTable
  readonly changes: number[]
}

/** An object whose rows are changed or removed. */
export interface PartChange {
  readonly change: number
  readonly class: BusinessClass
  readonly key: CheckedKey
  /** Adds that nobody has changed what was seen in a table. */
  compare(comparison: Comparison, part: PartTable): void
  /** A row is not there in which something was seen. */
  missing(part: PartTable): void
}

/** Steps for the other tables of classes. They wait, so that alike steps of one table follow each other. */
export class PartSteps {
  /** Undefined where it is not known which rows there are, and only the number of steps matters. */
  readonly #rows: PartRows | undefined
  readonly #waiting = new Map<PartTable, PartStep[]>()
  /** Rows that the last step of a table inserts or changes, to which more may be added. */
  readonly #updates = new Map<PartTable, { readonly shared: SharedUpdate; readonly changes: number[] }>()
  readonly #open = new Map<PartTable, { readonly shape: string; readonly rows: Record<string, Cell>[]; readonly changes: number[] }>()

  constructor(rows: PartRows | undefined) {
    this.#rows = rows
  }

  /** Those that wait, one table after the other. */
  flush(): readonly PartStep[] {
    if (this.#waiting.size === 0) return []
    const steps = [...this.#waiting.values()].flat()
    this.#waiting.clear()
    this.#open.clear()
    this.#updates.clear()
    return steps
  }

  /** @param key the columns of the key, which the step for the class's own table may make */
  created(one: BusinessClass, change: number, key: readonly Cell[], columns: ColumnValues): void {
    for (const part of writable(one)) {
      const values = columnsIn(one, columns, part)
      if (part.optional && isEmpty(values)) continue
      this.#insert(part, key, values, change)
      if (!key.some(isKeyOf)) this.#rows?.add(one, part, key)
    }
  }

  updated(object: PartChange, columns: ColumnValues): void {
    const { class: one, key, change } = object
    for (const part of writable(one)) {
      const values = columnsIn(one, columns, part)
      if (values.size === 0) continue
      if (!part.optional || this.#rows?.has(one, part, key) !== false) this.#update(part, values, comparisonOf(part, key, object), change)
      else {
        object.missing(part)
        if (isEmpty(values)) this.#add({ step: { check: part.table, where: { and: comparisonOf(part, key).where }, expect: 0 }, part, changes: [change] })
        else this.#made(part, key, values, object)
      }
    }
  }

  /** The steps that go before that for the class's own table. */
  removed(object: PartChange): readonly PartStep[] {
    const { class: one, key, change } = object
    return writable(one).map((part) => {
      const isThere = this.#rows?.has(one, part, key) !== false
      if (!isThere) object.missing(part)
      const { where } = comparisonOf(part, key, isThere ? object : undefined)
      this.#rows?.remove(one, part, key)
      return { step: { remove: part.table, where: { and: where }, expect: isThere ? 1 : 0 }, part, changes: [change] }
    })
  }

  #update(part: PartTable, values: ColumnValues, where: Comparison, change: number): void {
    const open = this.#updates.get(part)
    if (open?.shared.add(values, where)) return void open.changes.push(change)
    const shared = SharedUpdate.of(values, where)
    const changes = [change]
    this.#add({ step: shared?.step ?? updateOf(values, where), part, changes })
    if (shared === undefined) return
    shared.add(values, where)
    this.#updates.set(part, { shared, changes })
  }

  #made(part: PartTable, key: CheckedKey, values: ColumnValues, { class: one, change }: PartChange): void {
    this.#open.delete(part)
    this.#insert(part, key, values, change)
    this.#open.delete(part)
    this.#rows?.add(one, part, key)
  }

  #insert(part: PartTable, key: CheckedKey, values: ColumnValues, change: number): void {
    const row = { ...Object.fromEntries(part.pairs.map(({ other }, index) => [other.column, key[index] ?? null])), ...rowOf(values) }
    const shape = Object.keys(row).join(' ')
    const open = this.#open.get(part)
    if (open?.shape === shape) {
      open.rows.push(row)
      open.changes.push(change)
      return
    }
    const [rows, changes] = [[row], [change]]
    this.#open.set(part, { shape, rows, changes })
    this.#add({ step: { insert: part.table, rows, ...typesOf([...part.pairs.map(({ other }) => other), ...values.leaves]) }, part, changes })
  }

  #add(step: PartStep): void {
    this.#updates.delete(step.part)
    const waiting = this.#waiting.get(step.part)
    if (waiting) waiting.push(step)
    else this.#waiting.set(step.part, [step])
  }
}

function writable({ parts }: BusinessClass): readonly PartTable[] {
  return parts.filter(({ readonly }) => !readonly)
}

function isEmpty({ cells }: ColumnValues): boolean {
  return cells.every((value) => value === null)
}

/** That it is the row which belongs to a key, and as it was seen where an object is told. */
function comparisonOf(part: PartTable, key: CheckedKey, object?: PartChange): Comparison {
  const comparison = new Comparison(part.table)
  for (const [index, { other }] of part.pairs.entries()) comparison.same(other, (key[index] ?? null) as Value)
  object?.compare(comparison, part)
  return comparison
}
