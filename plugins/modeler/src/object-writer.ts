import { codeOf, messageOf, narrow, type Call, type Client } from '@caruso/contract'
import type { Row, Storage, StepResult } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { ChangeSet, type Planned } from './change-set.ts'
import type { Change, Changed } from './contract.ts'
import { ModelerError } from './errors.ts'
import { FindPlan } from './find-plan.ts'
import { keyCondition } from './key-condition.ts'
import type { Model } from './model.ts'
import { isThere } from './is-there.ts'
import { own } from './path-resolver.ts'
import type { PolicyCheck } from './policy-check.ts'
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
    const classes = this.#model.seenBy(call.caller)
    for (;;) {
      const set = new ChangeSet(changes, classes, current)
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
      const check = set.checkAt(step)
      if (check) throw (await this.#refusal(set, check, call)) ?? error
      const compared = set.comparedAt(step)
      const [first] = compared === undefined ? set.changesOf(step) : set.planned.slice(compared, compared + 1).map((planned) => ({ index: compared, planned }))
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
    const find = new FindPlan(one, {}, this.#model.seenBy(call.caller))
    const { rows } = await this.#storage.query(find.planOfKey(keyCondition(one, known.key, own, title)), call)
    const [row] = rows
    if (!row) throw new ModelerError('CONFLICT', `${title}: it is not there any more`, { details: { change: index, class: one.name, key: known.key, gone: true, collided: [] } })
    const collided = known.seen.collisions(find.mapper.map(row))
    if (collided.length === 0 && JSON.stringify(tried) !== JSON.stringify(row)) return row
    const found = collided.map(({ attribute, seen, now }) => `"${attribute}" was ${JSON.stringify(seen)} and is ${JSON.stringify(now)}`).join(', ')
    throw new ModelerError('CONFLICT', `${title}: others have changed it, ${found === '' ? 'and what was seen of it does not say what' : found}`, { details: { change: index, class: one.name, key: known.key, collided } })
  }

  /** Which change it is that a policy refuses; an object that is not seen is as one that is not there. */
  async #refusal(set: ChangeSet, { kind, class: one, action, entries }: PolicyCheck, call: Call): Promise<ModelerError | undefined> {
    const [first] = entries
    if (kind === 'after') return first && notAllowed(one, first.change, entries.at(-1)?.change ?? first.change, action === 'create' ? 'create such an object' : 'leave the object so')
    const sight = this.#model.seenBy(call.caller).sight(one)
    for (const { change, key } of entries) {
      const planned = set.planned[change]
      if (kind === 'before' && planned?.class === one && planned.known) await this.#conflict(change, planned, undefined, call)
      else if (!(await isThere(this.#storage, one, key, sight?.rows, call))) return brokenReference(set, change)
      if (kind === 'before' && !(await isThere(this.#storage, one, key, sight?.rowsTo(action), call))) return notAllowed(one, change, change, `${action} it`)
    }
    return new ModelerError('CONFLICT', `Committed changes of class "${one.name}": others change what its policy looks at, so try again`, { details: { change: first?.change, class: one.name, collided: [] } })
  }

  async #meaning(set: ChangeSet, step: number, error: unknown, call: Call): Promise<ModelerError | undefined> {
    const changes = set.changesOf(step)
    const [first] = changes
    if (!first) return undefined
    const { class: one } = first.planned
    const tried = changes.length === 1 ? `Committed change ${first.index}, of class "${one.name}"` : `Committed changes ${first.index} to ${changes.at(-1)?.index}, of class "${one.name}"`
    const details = { change: first.index, class: one.name }
    const hidden = this.#model.seenBy(call.caller).sight(one)
    // What a database says of its refusal may name what the caller does not see.
    const said = hidden ? '' : `, ${messageOf(error)}`
    const cause = hidden ? {} : { cause: error }
    if (codeOf(error) === 'UNIQUE_VIOLATION') {
      const taken = await takenValue(this.#storage, changes.map(({ planned }) => planned), hidden?.hidden ?? new Set(), call)
      return new ModelerError('VALUE_TAKEN', `${tried}: ${taken ? `"${taken.attribute}" ${JSON.stringify(taken.value)} is taken` : `a value that there may be only once is taken${said}`}`, { ...cause, details: { ...details, ...taken } })
    }
    if (codeOf(error) === 'FOREIGN_KEY_VIOLATION') return new ModelerError('REFERENCE_BROKEN', `${tried}: an object that is referred to would not be there`, { ...cause, details })
    if (codeOf(error) === 'NOT_NULL_VIOLATION' || codeOf(error) === 'CHECK_VIOLATION' || codeOf(error) === 'TYPE_VIOLATION') return new ModelerError('OBJECT_INVALID', `${tried}: the database refuses it${said}`, { ...cause, details: { ...details, problems: [] } })
    return undefined
  }
}

function notAllowed(one: BusinessClass, from: number, to: number, what: string): ModelerError {
  const tried = from === to ? `Committed change ${from}, of class "${one.name}"` : `Committed one of the changes ${from} to ${to}, of class "${one.name}"`
  return new ModelerError('NOT_ALLOWED', `${tried}: its policy does not let the caller ${what}`, { details: { change: from, class: one.name } })
}

/** The same as where the database finds that an object is not there. */
function brokenReference(set: ChangeSet, change: number): ModelerError {
  const name = set.planned[change]?.class.name ?? ''
  return new ModelerError('REFERENCE_BROKEN', `Committed change ${change}, of class "${name}": an object that is referred to would not be there`, { details: { change, class: name } })
}

function stepOf(error: unknown): number | undefined {
  const details = typeof error === 'object' && error !== null && 'details' in error ? error.details : undefined
  return typeof details === 'object' && details !== null && 'step' in details && typeof details.step === 'number' ? details.step : undefined
}
