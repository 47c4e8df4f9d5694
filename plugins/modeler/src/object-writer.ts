import { codeOf, messageOf, narrow, type Call, type Client } from '@caruso/contract'
import type { Row, Storage, StepResult } from '@caruso/storage/contract'
import { ChangeSet, type Planned } from './change-set.ts'
import type { Change, Changed } from './contract.ts'
import { ModelerError } from './errors.ts'
import { FindPlan } from './find-plan.ts'
import { keyCondition } from './key-condition.ts'
import type { Model } from './model.ts'
import { own } from './path-resolver.ts'
import { takenValue } from './taken-value.ts'

/** Commits changes of objects: one transaction, in which nothing happens where others have changed what a caller saw. */
export class ObjectWriter {
  readonly #model: Model
  readonly #storage: Client<typeof Storage>

  constructor(model: Model, storage: Client<typeof Storage>) {
    this.#model = model
    this.#storage = storage
  }

  /**
   * @throws ModelerError `CONFLICT` naming the attributes that collided, `OBJECT_INVALID`, `VALUE_TAKEN`,
   * `REFERENCE_BROKEN`, `CLASS_READONLY`; then nothing has changed
   */
  async commit(changes: readonly Change[], call: Call): Promise<Changed[]> {
    // Rows whose values mean what was seen and yet are written otherwise, such as dates with a time: compared as they are.
    const current = new Map<number, Row>()
    for (;;) {
      const set = new ChangeSet(changes, this.#model, current)
      for (const one of new Set(set.planned.map((planned) => planned.class))) await this.#model.check(one, call)
      const done = await this.#transact(set, current, call)
      if (done) return set.results(done)
    }
  }

  /** Undefined where the changes should be tried again with rows as they are now. */
  async #transact(set: ChangeSet, current: Map<number, Row>, call: Call): Promise<readonly StepResult[] | undefined> {
    const { source, steps } = set
    try {
      const { results } = await this.#storage.transact({ source, steps }, call.key === undefined ? call : narrow(call, { key: call.key }))
      return results
    } catch (error) {
      const step = stepOf(error)
      if (step === undefined) throw error
      const [first] = set.changesOf(step)
      if (first && codeOf(error) === 'ROW_COUNT_MISMATCH') {
        const row = await this.#conflict(first.index, first.planned, current.get(first.index), call)
        current.set(first.index, row)
        return undefined
      }
      throw (await this.#meaning(set, step, error, call)) ?? error
    }
  }

  /** The row as it is, where it means what was seen. */
  async #conflict(index: number, { class: one, known }: Planned, tried: Row | undefined, call: Call): Promise<Row> {
    if (!known) throw new ModelerError('CONFLICT', `Committed change ${index}: the link between the objects is not there`, { details: { change: index, class: one.name, collided: [] } })
    const title = `Committed change ${index}, of an object of class "${one.name}" with key ${JSON.stringify(known.key)}`
    const find = new FindPlan(one, {}, this.#model)
    const { rows } = await this.#storage.query(find.planOfKey(keyCondition(one, known.key, own, title)), call)
    const [row] = rows
    if (!row) throw new ModelerError('CONFLICT', `${title}: it is not there any more`, { details: { change: index, class: one.name, key: known.key, gone: true, collided: [] } })
    const collided = known.seen.collisions(find.mapper.map(row))
    if (collided.length === 0 && JSON.stringify(tried) !== JSON.stringify(row)) return row
    const found = collided.map(({ attribute, seen, now }) => `"${attribute}" was ${JSON.stringify(seen)} and is ${JSON.stringify(now)}`).join(', ')
    throw new ModelerError('CONFLICT', `${title}: others have changed it, ${found === '' ? 'and what was seen of it does not say what' : found}`, { details: { change: index, class: one.name, key: known.key, collided } })
  }

  async #meaning(set: ChangeSet, step: number, error: unknown, call: Call): Promise<ModelerError | undefined> {
    const changes = set.changesOf(step)
    const [first] = changes
    if (!first) return undefined
    const tried = changes.length === 1 ? `Committed change ${first.index}, of class "${first.planned.class.name}"` : `Committed changes ${first.index} to ${changes.at(-1)?.index}, of class "${first.planned.class.name}"`
    const details = { change: first.index, class: first.planned.class.name }
    if (codeOf(error) === 'UNIQUE_VIOLATION') {
      const taken = await takenValue(this.#storage, changes.map(({ planned }) => planned), call)
      return new ModelerError('VALUE_TAKEN', `${tried}: ${taken ? `"${taken.attribute}" ${JSON.stringify(taken.value)} is taken` : messageOf(error)}`, { cause: error, details: { ...details, ...taken } })
    }
    if (codeOf(error) === 'FOREIGN_KEY_VIOLATION') return new ModelerError('REFERENCE_BROKEN', `${tried}: an object that is referred to would not be there`, { cause: error, details })
    if (codeOf(error) === 'NOT_NULL_VIOLATION' || codeOf(error) === 'CHECK_VIOLATION' || codeOf(error) === 'TYPE_VIOLATION') return new ModelerError('OBJECT_INVALID', `${tried}: the database refuses it, ${messageOf(error)}`, { cause: error, details: { ...details, problems: [] } })
    return undefined
  }
}

function stepOf(error: unknown): number | undefined {
  const details = typeof error === 'object' && error !== null && 'details' in error ? error.details : undefined
  return typeof details === 'object' && details !== null && 'step' in details && typeof details.step === 'number' ? details.step : undefined
}
