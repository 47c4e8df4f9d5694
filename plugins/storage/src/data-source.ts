import type { Call } from '@caruso/contract'
import type { Change } from './alter/change.ts'
import type { SearchIndex } from './search-index.ts'
import type { Sidecar } from './sidecar.ts'
import type { Plan, Row, PlainStep, StepResult, TableDescription, Value } from './contract.ts'

/** A statement of a caller's own. */
export interface OwnSql {
  readonly sql: string
  readonly values: readonly Value[]
  readonly write: boolean
}

/** A database that the storage knows by name; each dialect brings one. */
export interface DataSource {
  readonly name: string
  readonly kind: string
  readonly readonly: boolean
  /** The rows of a plan; refused when there are more than one answer may hold. */
  query(plan: Plan, call: Call): Promise<readonly Row[]>
  /** The rows of a plan in batches; the database is released when the consumer stops or the call is cancelled. */
  stream(plan: Plan, call: Call): AsyncGenerator<readonly Row[], void>
  /**
   * All steps or none; a key that is known already gets the first answer.
   *
   * @param about what tells the work from other work with the same key; the steps without it
   */
  transact(steps: readonly PlainStep[], about: string | undefined, call: Call): Promise<readonly StepResult[]>
  /** The first answer to a key; undefined where it is not known. */
  remembered(key: string, about: string, call: Call): Promise<readonly StepResult[] | undefined>
  sql(own: OwnSql, call: Call): Promise<{ readonly rows: readonly Row[]; readonly affected: number }>
  /** Makes a table beside another unless it is there. */
  sidecar(sidecar: Sidecar, call: Call): Promise<void>
  /** The indexes for searches that its tables were last seen to have. */
  searchIndexes(call: Call): Promise<readonly SearchIndex[]>
  /** Its tables and views in batches, by schema and name. */
  describe(call: Call): AsyncGenerator<readonly TableDescription[], void>
  /** Makes changes of its structure, or with `run` false only their statements; these by change. */
  alter(changes: readonly Change[], run: boolean, call: Call): Promise<readonly (readonly string[])[]>
  /** Asks the database something trivial; it fails by throwing. */
  check(): void | Promise<void>
  close(): void | Promise<void>
}
