import type { Call, Client } from '@caruso/contract'
import { describedSearch, sidecarName, titleOf, type Change, type Storage, type TableDescription } from '@caruso/storage/contract'
import { userInfo } from 'node:os'
import type { BusinessClass } from '../business-class.ts'
import { ModelerError } from '../errors.ts'
import type { Form } from '../versions/form.ts'
import type { Applied, DescribedTable, ModelDiff, Step } from './applied.ts'
import { ModelJournal, type Migration } from './journal.ts'
import { losing, modelDiff } from './model-diff.ts'
import { requireGrowth, withoutLoss } from './growth.ts'
import { wantedTables, type WantedTable } from './wanted.ts'

/** What a component's version changes of a model, and no more. */
export interface Part {
  /** The names of its classes, in all versions. */
  readonly names: ReadonlySet<string>
  /** The classes as they were before: those that it gives up still say which tables are its own. */
  readonly before: ReadonlyMap<string, BusinessClass>
  /** Only adds. */
  readonly growing: boolean
  /** Who does it, for the journal. */
  readonly by: string
}

/** One data source with the classes that are stored in it, as a command works with it. */
export class ModelSource {
  readonly name: string
  readonly storage: Client<typeof Storage>
  readonly call: () => Call
  /** The classes of components among them. */
  readonly forms: readonly Form[]
  readonly #kind: string
  readonly #classes: ReadonlyMap<string, BusinessClass>
  readonly #part: Part | undefined

  constructor(name: string, kind: string, { classes, forms = [] }: { readonly classes: ReadonlyMap<string, BusinessClass>; readonly forms?: readonly Form[] }, { storage, call }: { readonly storage: Client<typeof Storage>; readonly call: () => Call }, part?: Part) {
    this.name = name
    this.#kind = kind
    this.#classes = classes
    this.forms = forms
    this.#part = part
    this.storage = storage
    this.call = call
  }

  /** What the database says of itself, and what was applied to it. */
  async state(): Promise<{ readonly tables: readonly DescribedTable[]; readonly kept: ReadonlySet<string>; readonly journal: ModelJournal; readonly last: Migration | undefined }> {
    const described: TableDescription[] = []
    for await (const { tables } of this.storage.describe({ source: this.name }, this.call())) described.push(...tables.filter(({ schema }) => schema === undefined))
    const journal = new ModelJournal(this.storage, this.name, described, this.call)
    // What the storage and the modeler keep for themselves is theirs.
    const isKept = ({ name }: TableDescription): boolean => name.startsWith('caruso_')
    const named = new Map(described.map((table) => [table.name, table]))
    const tables = described.filter((table) => !isKept(table)).map((table): DescribedTable => {
      const search = describedSearch(table, (name) => named.get(name))
      return search === undefined ? table : { ...table, search }
    })
    return { tables, kept: new Set(described.filter(isKept).map(({ name }) => name)), journal, last: await journal.last() }
  }

  /** The tables that its classes are stored in. */
  get tables(): ReadonlySet<string> {
    return tablesOf(this.#classes.values(), this.name)
  }

  /** Who changes it. */
  get by(): string {
    return this.#part?.by ?? userInfo().username
  }

  /** @throws ModelerError `CHANGE_REFUSED` where a key would be renamed by which tables beside know the rows */
  diff(tables: readonly DescribedTable[], applied: Applied, kept: ReadonlySet<string>): ModelDiff {
    const diff = this.#diff(wantedTables(this.#classes, this.name, this.#kind), applied, tables)
    for (const { change } of diff.steps) {
      if (!('renameColumn' in change) || tables.find(({ name }) => name === change.table)?.key.includes(change.renameColumn) !== true) continue
      const beside = sidecarName('state', change.table)
      if (kept.has(beside)) throw new ModelerError('CHANGE_REFUSED', `Compared the model with data source "${this.name}": ${titleOf(change)} is part of a key by which ${beside} knows the rows`)
    }
    return diff
  }

  #diff(wanted: readonly WantedTable[], applied: Applied, tables: readonly DescribedTable[]): ModelDiff {
    const part = this.#part
    if (part === undefined) return modelDiff(wanted, applied, tables)
    const own = tablesOf([...part.before.values(), ...this.#classes.values()].filter(({ name }) => part.names.has(name)), this.name)
    const [mine, others] = [applied.filter(({ name }) => own.has(name)), applied.filter(({ name }) => !own.has(name))]
    const now = wanted.filter(({ name }) => own.has(name))
    const diff = modelDiff(part.growing ? withoutLoss(now, mine) : now, mine, tables)
    if (part.growing) requireGrowth(diff.steps, tables, this.name)
    return { steps: diff.steps, applied: [...others, ...diff.applied] }
  }

  /** The statements of changes; with `run` they are made. */
  async alter(changes: readonly Change[], run: boolean): Promise<readonly (readonly string[])[]> {
    return changes.length === 0 ? [] : (await this.storage.alter({ source: this.name, changes, run }, this.call())).statements
  }

  /** How many rows have what a change would take away. */
  async rowsOf(change: Change): Promise<number> {
    const [from, column] = 'dropTable' in change ? [change.dropTable, undefined] : 'dropColumn' in change ? [change.table, change.dropColumn] : [undefined, undefined]
    if (from === undefined) return 0
    const { rows } = await this.storage.query({ source: this.name, from, ...(column === undefined ? {} : { where: { column, isNull: false } }), aggregates: [{ fn: 'count', as: 'n' }] }, this.call())
    return Number(rows[0]?.['n'])
  }

  /** What changes lose, in words. */
  async losses(steps: readonly Step[]): Promise<string[]> {
    const lost: string[] = []
    for (const change of losing(steps)) lost.push(`${titleOf(change)}: ${await this.rowsOf(change)} rows have values there`)
    return lost
  }
}

function tablesOf(classes: Iterable<BusinessClass>, source: string): ReadonlySet<string> {
  const own = [...classes].filter((one) => one.source === source)
  return new Set(own.flatMap((one) => [one.table, ...one.parts.map(({ table }) => table), ...[...one.relations.values()].flatMap(({ link }) => link?.table ?? [])]))
}
