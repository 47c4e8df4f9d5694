import type { Call, Client } from '@caruso/contract'
import { describedSearch, sidecarName, titleOf, type Change, type Storage, type TableDescription } from '@caruso/storage/contract'
import type { BusinessClass } from '../business-class.ts'
import { ModelerError } from '../errors.ts'
import type { Applied, DescribedTable, ModelDiff, Step } from './applied.ts'
import { ModelJournal, type Migration } from './journal.ts'
import { losing, modelDiff } from './model-diff.ts'
import { wantedTables } from './wanted.ts'

/** One data source with the classes that are stored in it, as a command works with it. */
export class ModelSource {
  readonly name: string
  readonly storage: Client<typeof Storage>
  readonly call: () => Call
  readonly #kind: string
  readonly #classes: ReadonlyMap<string, BusinessClass>

  constructor(name: string, kind: string, classes: ReadonlyMap<string, BusinessClass>, { storage, call }: { readonly storage: Client<typeof Storage>; readonly call: () => Call }) {
    this.name = name
    this.#kind = kind
    this.#classes = classes
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
      return search === undefined ? table : { ...table, search: search.columns }
    })
    return { tables, kept: new Set(described.filter(isKept).map(({ name }) => name)), journal, last: await journal.last() }
  }

  /** The tables that its classes are stored in. */
  get tables(): ReadonlySet<string> {
    const own = [...this.#classes.values()].filter(({ source }) => source === this.name)
    return new Set(own.flatMap((one) => [one.table, ...one.parts.map(({ table }) => table), ...[...one.relations.values()].flatMap(({ link }) => link?.table ?? [])]))
  }

  /** @throws ModelerError `CHANGE_REFUSED` where a key would be renamed by which tables beside know the rows */
  diff(tables: readonly DescribedTable[], applied: Applied, kept: ReadonlySet<string>): ModelDiff {
    const diff = modelDiff(wantedTables(this.#classes, this.name, this.#kind), applied, tables)
    for (const { change } of diff.steps) {
      if (!('renameColumn' in change) || tables.find(({ name }) => name === change.table)?.key.includes(change.renameColumn) !== true) continue
      const beside = sidecarName('state', change.table)
      if (kept.has(beside)) throw new ModelerError('CHANGE_REFUSED', `Compared the model with data source "${this.name}": ${titleOf(change)} is part of a key by which ${beside} knows the rows`)
    }
    return diff
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
