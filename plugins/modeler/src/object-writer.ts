import { codeOf, messageOf, narrow, type Call, type Client, type InputOf } from '@caruso/contract'
import type { Row, Storage, StepResult } from '@caruso/storage/contract'
import { createHash } from 'node:crypto'
import { brokenRule } from './broken-rule.ts'
import type { BusinessClass } from './business-class.ts'
import { ChangeSet } from './change-set.ts'
import { conflict, goneConflict, titleOf } from './conflict.ts'
import type { Change, Changed, Objects } from './contract.ts'
import { eventSteps, type Said } from './event-steps.ts'
import { ModelerError } from './errors.ts'
import { FindPlan } from './find-plan.ts'
import { authorOf, KeptChanges } from './kept-changes.ts'
import { readKept } from './kept-objects.ts'
import { firstVersion } from './kept.ts'
import { keyCondition, keyValues } from './key-condition.ts'
import type { Model } from './model.ts'
import { isThere } from './is-there.ts'
import { isKeyOf } from './object-values.ts'
import { PartRows, readPartRows, uncertainRows } from './part-rows.ts'
import { own } from './path-resolver.ts'
import type { PartTable } from './part-table.ts'
import type { Planned } from './planned.ts'
import type { PolicyCheck } from './policy-check.ts'
import { requireRemoved } from './removed.ts'
import { takenValue } from './taken-value.ts'

type Commit = InputOf<(typeof Objects)['operations']['commit']>

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
   * `REFERENCE_BROKEN`, `CLASS_READONLY`, `FORBIDDEN`; then nothing has changed
   */
  async commit({ changes, reason, ...said }: Commit, call: Call): Promise<Changed[]> {
    this.#model.topics.require('emit', (said.events ?? []).map(({ topic }) => topic), call.caller)
    const keeping = await this.#keeping(changes, call)
    // Rows whose values mean what was seen and yet are written otherwise, such as dates with a time: compared as they are.
    const current = new Map<number, Row>()
    const classes = this.#model.seenBy(call.caller)
    const about = call.key === undefined ? undefined : digest([changes, said])
    const uncertain = uncertainRows(changes, classes)
    const repeated = keeping.size + uncertain.size > 0 ? await this.#repeated(changes, about, call) : undefined
    if (repeated) return repeated
    for (const { class: one } of uncertain.values()) await this.#model.check(one, call)
    for (;;) {
      const kept = keeping.size === 0 ? undefined : new KeptChanges(await readKept(this.#storage, keeping, classes, call), authorOf(call, reason))
      const set = new ChangeSet(changes, classes, current, kept, uncertain.size === 0 ? new PartRows() : await readPartRows(this.#storage, uncertain, call))
      for (const one of new Set(set.planned.map((planned) => planned.class))) await this.#model.check(one, call)
      const done = (await this.#isDoubtful(set, current, call)) ? undefined : await this.#transact(set, said, current, about, call)
      if (done) return set.results(done)
    }
  }

  /** The keys of objects whose classes have behaviours, which are there to be read by then. */
  async #keeping(changes: readonly Change[], call: Call): Promise<ReadonlyMap<BusinessClass, readonly Key[]>> {
    const found = new Map<BusinessClass, Key[]>()
    for (const change of changes) {
      if ('restore' in change) requireRemoved(this.#model.get(change.restore), this.#model.seenBy(call.caller), 'Restored an object', call)
      for (const [one, key] of keptBy(change, this.#model)) {
        if (!found.has(one)) await this.#model.check(one, call)
        const keys = found.get(one) ?? []
        found.set(one, keys)
        if (key && !isKeyOf(key)) keys.push(key)
      }
    }
    return found
  }

  /** The answer of a call with the same key that came before; objects are no longer as it found them. */
  async #repeated(changes: readonly Change[], about: string | undefined, call: Call): Promise<Changed[] | undefined> {
    const { key } = call
    if (key === undefined || about === undefined) return undefined
    const set = new ChangeSet(changes, this.#model.seenBy(call.caller), new Map())
    const { results } = await this.#storage.remembered({ source: set.source, key, about }, call)
    return results === null ? undefined : set.results(results)
  }

  /** Whether an object was changed while it was looked at. @throws ModelerError `CONFLICT` where others have changed what the caller saw */
  async #isDoubtful(set: ChangeSet, current: Map<number, Row>, call: Call): Promise<boolean> {
    const { doubtful } = set
    const planned = doubtful === undefined ? undefined : set.planned[doubtful]
    if (doubtful === undefined || planned === undefined) return false
    current.set(doubtful, await this.#conflict(doubtful, planned, current.get(doubtful), call))
    return true
  }

  /** Undefined where the changes should be tried again with rows as they are now. */
  async #transact(set: ChangeSet, said: Said, current: Map<number, Row>, about: string | undefined, call: Call): Promise<readonly StepResult[] | undefined> {
    const { source } = set
    const steps = [...set.steps, ...eventSteps(said, set, call)]
    try {
      const { results } = await this.#storage.transact({ source, steps, ...(about === undefined ? {} : { about }) }, call.key === undefined ? call : narrow(call, { key: call.key }))
      return results
    } catch (error) {
      const { step, row } = placeOf(error)
      if (step === undefined) throw error
      const check = set.checkAt(step)
      if (check) throw (await this.#refusal(set, check, call)) ?? error
      const code = codeOf(error)
      // Somebody has changed the object since its state was read.
      if (set.isKeeping(step) && (code === 'ROW_COUNT_MISMATCH' || code === 'UNIQUE_VIOLATION')) return undefined
      const compared = set.comparedAt(step)
      const [first] = compared === undefined ? set.changesOf(step, row) : set.planned.slice(compared, compared + 1).map((planned) => ({ index: compared, planned }))
      const part = set.partOf(step)
      if (first && part && code === 'UNIQUE_VIOLATION' && set.inserts(step) && (await this.#isRowMade(part, first.planned, call))) return undefined
      if (first && code === 'ROW_COUNT_MISMATCH') {
        if (part) await this.#requireRow(part, first, call)
        current.set(first.index, await this.#conflict(first.index, first.planned, current.get(first.index), call))
        return undefined
      }
      throw (await this.#meaning(set.changesOf(step, row), error, call)) ?? error
    }
  }

  /** Whether somebody has made the row of another table that a change was about to make. */
  async #isRowMade(part: PartTable, { class: one, known }: Planned, call: Call): Promise<boolean> {
    if (known === undefined) return false
    const rows = await readPartRows(this.#storage, new Map([[part, { class: one, keys: [known.key] }]]), call)
    return rows.has(one, part, keyValues(one, known.key, 'Changed an object'))
  }

  /** @throws ModelerError `OBJECT_BROKEN` where an object has no row in a table in which it must have one */
  async #requireRow(part: PartTable, { index, planned: { class: one, known } }: { readonly index: number; readonly planned: Planned }, call: Call): Promise<void> {
    if (part.optional || known === undefined) return
    const rows = await readPartRows(this.#storage, new Map([[part, { class: one, keys: [known.key] }]]), call)
    const key = keyValues(one, known.key, 'Changed an object')
    if (rows.has(one, part, key) || !(await isThere(this.#storage, one, key, this.#model.seenBy(call.caller).sight(one)?.rows, call))) return
    throw new ModelerError('OBJECT_BROKEN', `${titleOf(index, one, known.key)}: table "${part.table}" has no row for it, and the mapping of the class does not say that it may be missing`, { details: { class: one.name, change: index } })
  }

  /** The row as it is, where it means what was seen. */
  async #conflict(index: number, { class: one, known }: Planned, tried: Row | undefined, call: Call): Promise<Row> {
    if (!known?.seen) throw new ModelerError('CONFLICT', `Committed change ${index}: the link between the objects is not there`, { details: { change: index, class: one.name, collided: [] } })
    const changed = { index, class: one, key: known.key }
    const find = new FindPlan(one, {}, this.#model.seenBy(call.caller))
    const { rows } = await this.#storage.query(find.planOfKey(keyCondition(one, known.key, own, titleOf(index, one, known.key))), call)
    const [row] = rows
    if (!row) throw goneConflict(changed)
    const collided = known.seen.collisions(find.mapper.map(row), Number(row['^version'] ?? firstVersion))
    if (collided.length === 0 && JSON.stringify(tried) !== JSON.stringify(row)) return row
    throw conflict(changed, collided)
  }

  /** Which change it is that a policy or a rule refuses; an object that is not seen is as one that is not there. */
  async #refusal(set: ChangeSet, check: PolicyCheck, call: Call): Promise<ModelerError | undefined> {
    const { kind, class: one, action, rule, keys, changes } = check
    const [first = 0] = changes
    if (rule) return brokenRule(this.#storage, set.planned, check, rule, this.#model, call)
    if (kind === 'after') return notAllowed(one, first, changes.at(-1) ?? first, action === 'create' ? 'create such an object' : 'leave the object so')
    const sight = this.#model.seenBy(call.caller).sight(one)
    for (const [index, key] of keys.entries()) {
      const change = changes[index] ?? first
      const planned = set.planned[change]
      const restored = kind === 'before' && planned?.known !== undefined && planned.known.seen === undefined
      if (kind === 'before' && planned?.class === one && planned.known && !restored) await this.#conflict(change, planned, undefined, call)
      else if (!(await isThere(this.#storage, one, key, sight?.rows, call))) return restored && planned?.known ? goneConflict({ index: change, class: one, key: planned.known.key }) : brokenReference(set, change)
      if (kind === 'before' && !(await isThere(this.#storage, one, key, sight?.rowsTo(action), call))) return notAllowed(one, change, change, `${action} it`)
    }
    return new ModelerError('CONFLICT', `Committed changes of class "${one.name}": others change what its policy looks at, so try again`, { details: { change: first, class: one.name, collided: [] } })
  }

  async #meaning(changes: ReturnType<ChangeSet['changesOf']>, error: unknown, call: Call): Promise<ModelerError | undefined> {
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

type Key = Readonly<Record<string, unknown>>

/** The objects of classes with behaviours that a change is about, by their keys where they are known. */
function keptBy(change: Change, model: Model): readonly (readonly [BusinessClass, Key?])[] {
  if ('relation' in change) return linkedObjects(change, model)
  const one = model.get('create' in change ? change.create : 'update' in change ? change.update : 'remove' in change ? change.remove : change.restore)
  if (one.kept === undefined) return []
  return 'create' in change ? [[one]] : [[one, change.key]]
}

/** The objects at the ends of a link whose classes have a history. */
function linkedObjects(change: Extract<Change, { readonly relation: string }>, model: Model): (readonly [BusinessClass, Key?])[] {
  const one = model.get('link' in change ? change.link : change.unlink)
  const relation = one.relations.get(change.relation)
  if (!relation?.link) return []
  return ([[one, change.from], [model.get(relation.target), change.to]] as const).filter(([{ kept }]) => kept?.history !== undefined)
}

/** What tells the work of one call from that of another with the same key; its steps hold moments, and what was found. */
function digest(changes: unknown): string {
  return createHash('sha256').update(JSON.stringify(changes)).digest('base64')
}

/** The step that failed, and its row where that is known. */
function placeOf(error: unknown): { readonly step: number | undefined; readonly row: number | undefined } {
  const details: object = typeof error === 'object' && error !== null && 'details' in error && typeof error.details === 'object' && error.details !== null ? error.details : {}
  return { step: 'step' in details && typeof details.step === 'number' ? details.step : undefined, row: 'row' in details && typeof details.row === 'number' ? details.row : undefined }
}
