import type { Step } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { ColumnValues } from './column-values.ts'
import type { Comparison } from './comparison.ts'
import { SharedInsert } from './shared-insert.ts'
import { SharedUpdate, updateOf } from './shared-update.ts'

/** Where a change stands among steps, and what it writes, whose list of columns it may share with others. */
interface Placed {
  readonly step: number
  readonly row: number
  readonly values: ColumnValues
}

/** Adds to a list the steps that write to the tables of classes; objects that follow each other and are alike share one. */
export class SharedSteps {
  readonly #steps: Step[]
  /** The last step, if it inserts or updates objects to which more may be added. */
  #inserts: SharedInsert | undefined
  #updates: { readonly step: SharedUpdate; readonly index: number } | undefined

  constructor(steps: Step[]) {
    this.#steps = steps
  }

  /** What follows shares no step with what came before. */
  close(): void {
    this.#inserts = this.#updates = undefined
  }

  /** Adds a step that shares nothing. */
  push(step: Step): number {
    this.close()
    return this.#steps.push(step) - 1
  }

  /** Adds an object to the step that inserts the ones before; undefined where it needs a step of its own. */
  joinInsert(one: BusinessClass, columns: ColumnValues): Placed | undefined {
    const open = this.#inserts
    const values = open?.add(one, columns)
    return open && values && { step: open.index, row: open.last, values }
  }

  insert(one: BusinessClass, columns: ColumnValues): Placed {
    const shared = new SharedInsert(one, columns, this.#steps.length)
    const step = this.push(shared.step)
    shared.add(one, columns)
    this.#inserts = shared
    return { step, row: 0, values: columns }
  }

  /** A change of one row, in the step that changes the ones before where it can be. */
  update(columns: ColumnValues, where: Comparison): Placed {
    const open = this.#updates
    const values = open?.step.add(columns, where)
    if (open && values) return { step: open.index, row: open.step.last, values }
    const shared = SharedUpdate.of(columns, where)
    const step = this.push(shared?.step ?? updateOf(columns, where))
    shared?.add(columns, where)
    this.#updates = shared && { step: shared, index: step }
    return { step, row: 0, values: columns }
  }
}
