import { didYouMean } from '@caruso/contract'
import type { Catalogue, Table } from './catalogue.ts'
import { StorageError } from './errors.ts'
import { compileLeaf } from './filter-compiler.ts'
import type { FilterContext, IndexPlace, Reference, Resolved } from './filter-compiler.ts'
import { fragment, joined } from './fragment.ts'
import type { Fragment } from './fragment.ts'
import { searchIndexIn, wordColumn } from './search-index.ts'
import type { Names, SqlDialect } from './sql-builder.ts'
import type { Inside, TermContext } from './term-compiler.ts'
import type { Fold } from './term-shape.ts'

export interface Place {
  /** The name of the table inside the statement. */
  readonly token: string
  readonly table: Table
  /** Joined so that its columns are null where nothing matches. */
  readonly outer: boolean
  /** Its rows are changed, and it has no name of its own. */
  readonly changed: boolean
}

/** The tables that a part of a statement sees, by the names that the plan gives them; a subquery sees those outside too. */
export class Scope implements FilterContext, TermContext {
  readonly dialect: SqlDialect
  readonly #catalogue: Catalogue
  readonly #names: Names
  readonly #what: string
  readonly #places = new Map<string, Place>()
  readonly #parent: Scope | undefined

  /** @param what says in errors whose tables they are */
  constructor(dialect: SqlDialect, catalogue: Catalogue, names: Names, what: string, parent?: Scope) {
    this.dialect = dialect
    this.#catalogue = catalogue
    this.#names = names
    this.#what = what
    this.#parent = parent
  }

  get terms(): SqlDialect['terms'] {
    return this.dialect.terms
  }

  get hasOuter(): boolean {
    return [...this.#places.values()].some(({ outer }) => outer)
  }

  /** The name in the statement is ours, unless it has none of its own there; the caller's is only a key. */
  add(name: string, as = name, { outer = false, named = true }: { readonly outer?: boolean; readonly named?: boolean } = {}): Place {
    const table = this.#catalogue.table(name)
    if (this.#find(as)) throw new StorageError('PLAN_INVALID', `Read ${this.#what}: two tables are named ${JSON.stringify(as)}: give one of them another name with "as"`)
    const place = { token: this.#names.token(named ? this.#freeName() : table.name), table, outer, changed: !named }
    this.#places.set(as, place)
    return place
  }

  resolve({ column, of, type }: Reference): Resolved {
    const place = of === undefined ? this.#placeWith(column) : this.#find(of)
    if (!place) {
      const known = this.#known()
      throw new StorageError('TABLE_UNKNOWN', `Looked up ${JSON.stringify(of)} among the tables of ${this.#what}: there are ${known.map((name) => JSON.stringify(name)).join(', ')}${didYouMean(of ?? '', known)}`)
    }
    const found = this.#catalogue.column(place.table, column)
    return { token: `${place.token}.${this.#names.token(found.name)}`, column: found, codec: this.dialect.codec(found, type) }
  }

  owns({ of }: Reference): boolean {
    return of !== undefined && this.#places.has(of)
  }

  leaf(filter: Parameters<typeof compileLeaf>[0], indexes: readonly number[]): Fragment {
    return compileLeaf(filter, this, indexes)
  }

  searchIndex(columns: readonly string[], of: string | undefined): IndexPlace | undefined {
    const place = of === undefined ? this.#placeWith(columns[0] ?? '') : this.#find(of)
    // MariaDB does not let triggers write into a table that the statement reads.
    const index = place && !place.changed && searchIndexIn(this.#catalogue, place.table)
    if (!place || !index || !columns.every((column) => index.columns.includes(column))) return undefined
    const token = (name: string): string => this.#names.token(name)
    return { outer: index.key.map((column) => `${place.token}.${token(column)}`), key: index.key.map(token), words: token(index.words), word: token(wordColumn), marks: token(index.marks) }
  }

  subquery(over: Fold['over'], inside: (context: TermContext) => Inside): Fragment {
    const scope = new Scope(this.dialect, this.#catalogue, this.#names, this.#what, this)
    const tables = [from(this.#names, scope.add(over.table, over.as))]
    const { condition, made } = inside(scope)
    for (const { table, as, kind, on, where } of over.joins ?? []) {
      const place = scope.add(table, as, { outer: kind === 'left' })
      tables.push(fragment` ${kind === 'left' ? 'left' : 'inner'} join ${from(this.#names, place)} on ${scope.equalities(on)}${where ? fragment` and (${condition(where)})` : ''}`)
    }
    const { selected, where } = made()
    return fragment`select ${selected} from ${joined(tables, '')} where ${scope.equalities(over.on)} and (${where})`
  }

  /** What matches the rows of two tables. */
  equalities(on: Fold['over']['on']): Fragment {
    return joined(on.map(({ left, right }) => equality(this.resolve(left), this.resolve(right))), ' and ')
  }

  #find(name: string): Place | undefined {
    return this.#places.get(name) ?? (this.#parent ? this.#parent.#find(name) : undefined)
  }

  #known(): string[] {
    return [...this.#places.keys(), ...(this.#parent ? this.#parent.#known() : [])]
  }

  #freeName(): string {
    return `t${this.#known().length}`
  }

  /** The only table with such a column, looking outwards; without any, the first, whose columns the error then suggests. */
  #placeWith(column: string): Place | undefined {
    const found = [...this.#places].filter(([, { table }]) => table.columns.has(column))
    if (found.length > 1) {
      throw new StorageError('COLUMN_AMBIGUOUS', `Looked up column ${JSON.stringify(column)}: the tables ${found.map(([name]) => JSON.stringify(name)).join(' and ')} have one, so say which with "of"`)
    }
    const outside = this.#parent
    if (found.length === 0 && outside && [...outside.#places.values()].some(({ table }) => table.columns.has(column))) return outside.#placeWith(column)
    return found[0]?.[1] ?? this.#places.values().next().value
  }
}

function from(names: Names, { token, table }: Place): Fragment {
  return { sql: '?? as ??', bindings: [names.token(table.name), token] }
}

export function equality(left: Resolved, right: Resolved): Fragment {
  return { sql: `${left.codec?.compare ?? '??'} = ${right.codec?.compare ?? '??'}`, bindings: [left.token, right.token] }
}
