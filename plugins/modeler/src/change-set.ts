import { didYouMean } from '@caruso/contract'
import type { Row, Step, StepResult } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { ChangePolicy } from './change-policy.ts'
import type { Classes } from './classes.ts'
import { goneConflict, notRemoved } from './conflict.ts'
import { Comparison } from './comparison.ts'
import { columnsIn, noColumns } from './column-values.ts'
import type { Change, Changed } from './contract.ts'
import { ModelerError } from './errors.ts'
import { ExistenceCheck } from './existence-check.ts'
import type { KeptChanges } from './kept-changes.ts'
import type { KeptObject } from './kept-object.ts'
import { compareKey, keyCondition, keyValues } from './key-condition.ts'
import { linkEnds } from './link-end.ts'
import { linkStep } from './link-step.ts'
import { changedObject, isKeyOf, newObject, type CreatedKey } from './object-values.ts'
import type { PartRows } from './part-rows.ts'
import { PartSteps, type PartChange, type PartStep } from './part-steps.ts'
import type { PartTable } from './part-table.ts'
import { own } from './path-resolver.ts'
import { changedBy, createdKey, type Planned } from './planned.ts'
import type { CheckedKey, PolicyCheck } from './policy-check.ts'
import { SeenObject } from './seen-object.ts'
import { SharedSteps } from './shared-steps.ts'
import { leavesOf, type Leaf } from './stored.ts'
import { allColumns, compareRead } from './unchanged.ts'

/** Of a change that is kept beside the table alone: it has no step of its own. */
const beside = { step: -1, row: 0, values: noColumns, creates: false } as const

/** Makes the storage's steps of changes. Objects of one class that are created one after the other share a step. */
export class ChangeSet {
  readonly steps: Step[] = []
  readonly planned: Planned[] = []
  readonly #shared = new SharedSteps(this.steps)
  readonly #classes: Classes
  /** Rows of objects as they were read after a first try, by the change. */
  readonly #current: ReadonlyMap<number, Row>
  readonly #kept: KeptChanges | undefined
  /** The steps that keep states and histories: the first, and the first after them. */
  readonly #keeping: readonly [number, number]
  #doubtful: number | undefined
  readonly #checks = new Map<number, PolicyCheck>()
  readonly #compared = new Map<number, number>()
  /** By what the last update was compared. */
  #alike: Comparison | undefined
  #source: string | undefined
  readonly #beside: PartSteps
  readonly #partSteps = new Map<number, PartStep>()
  #existing: ExistenceCheck | undefined
  /** What changes that follow each other have in common, so that they may share steps. */
  #run: string | undefined

  /**
   * @param kept the objects of classes with behaviours; without, the steps are those of the tables alone, by which what was done before is told
   * @param rows which rows there are in the other tables of classes; undefined where only the number of steps matters
   * @throws ModelerError for the first change that cannot be
   */
  constructor(changes: readonly Change[], classes: Classes, current: ReadonlyMap<number, Row>, kept?: KeptChanges, rows?: PartRows) {
    this.#classes = classes
    this.#current = current
    this.#kept = kept
    this.#beside = new PartSteps(rows)
    const policy = new ChangePolicy(changes, classes)
    this.#check(policy.before)
    for (const change of changes) this.#add(change)
    this.#close()
    this.#check(policy.after(this.#creations()))
    const first = this.steps.length
    if (kept) this.steps.push(...kept.steps())
    this.#keeping = [first, this.steps.length]
  }

  /** Whether a step keeps states or history. */
  isKeeping(step: number): boolean {
    return step >= this.#keeping[0] && step < this.#keeping[1]
  }

  /** The first change of which others may have changed the object; what of that the caller may be told is to be asked. */
  get doubtful(): number | undefined {
    return this.#doubtful
  }

  /** What a step checks, if that is what it does. */
  checkAt(step: number): PolicyCheck | undefined {
    return this.#checks.get(step)
  }

  /** The change that a step compares with what its author saw, in a step of its own. */
  comparedAt(step: number): number | undefined {
    return this.#compared.get(step)
  }

  get source(): string {
    return this.#source ?? ''
  }

  /** What the changes did, of what the steps did. */
  results(done: readonly StepResult[]): Changed[] {
    return this.planned.map((planned) => changedBy(planned, done))
  }

  /** The changes of one step, or of one row of it. */
  changesOf(step: number, row: number | undefined): { readonly index: number; readonly planned: Planned }[] {
    const part = this.#partSteps.get(step)
    if (part) return (row === undefined ? part.changes : part.changes.slice(row, row + 1)).flatMap((index) => this.planned.slice(index, index + 1).map((planned) => ({ index, planned })))
    return this.planned.flatMap((planned, index) => (planned.step === step && (row === undefined || planned.row === row) ? [{ index, planned }] : []))
  }

  /** The other table of a class that a step writes, if that is what it does. */
  partOf(step: number): PartTable | undefined {
    return this.#partSteps.get(step)?.part
  }

  inserts(step: number): boolean {
    return 'insert' in (this.steps[step] ?? {})
  }

  #add(change: Change): void {
    const run = runOf(change)
    if (run !== this.#run || run === undefined) this.#close()
    this.#run = run
    if ('create' in change) this.#create(change)
    else if ('update' in change) this.#update(change)
    else if ('remove' in change) this.#remove(change)
    else if ('restore' in change) this.#restore(change)
    else this.#link(change)
  }

  /** What follows shares no step with what came before. */
  #close(): void {
    this.#shared.close()
    this.#existing = undefined
    this.#pushParts(this.#beside.flush())
  }

  #pushParts(steps: readonly PartStep[]): void {
    for (const step of steps) this.#partSteps.set(this.steps.push(step.step) - 1, step)
  }

  #check(checks: Iterable<{ readonly step: Step; readonly check: PolicyCheck }>): void {
    for (const { step, check } of checks) this.#checks.set(this.steps.push(step) - 1, check)
  }

  /** What changes create of classes with a policy or rules, with its key. */
  *#creations(): Generator<{ readonly change: number; readonly class: BusinessClass; readonly key: CheckedKey }> {
    for (let change = 0; change < this.planned.length; change++) {
      const made = this.planned[change]
      if (!made?.creates || (this.#classes.sight(made.class) === undefined && this.#classes.rules(made.class).length === 0)) continue
      yield { change, class: made.class, key: createdKey(made) }
    }
  }

  #create({ create, values }: Extract<Change, { readonly create: string }>): void {
    const one = this.#writable(create)
    const columns = newObject(one, values, this.#created, this.planned.at(-1)?.values)
    let placed = this.#shared.joinInsert(one, columns)
    if (placed === undefined) {
      this.#close()
      placed = this.#shared.insert(one, columns)
    }
    const planned = { class: one, step: placed.step, row: placed.row, values: placed.values, creates: true }
    this.planned.push(planned)
    if (one.parts.length > 0) this.#beside.created(one, this.planned.length - 1, createdKey(planned), columns)
    if (one.kept) this.#kept?.created(one, createdKey(planned), columns)
  }

  #update({ update, key, set, seen }: Extract<Change, { readonly update: string }>): void {
    const one = this.#writable(update)
    const object = new SeenObject(one, seen, set, this.#classes, this.planned.at(-1)?.known?.seen)
    const version = object.nextVersion
    let columns = changedObject(one, set, this.#created, this.planned.at(-1)?.values)
    if (one.locking && version !== undefined) for (const leaf of leavesOf(one.locking.stored)) columns = columns.with(leaf, version)
    if (columns.size === 0) throw new ModelerError('REQUEST_INVALID', `Updated an object of class "${one.name}": it sets no attribute`)
    const kept = this.#keptObject(one, key, object)
    const row = kept?.row
    const where = new Comparison(one.table, this.#alike)
    this.#alike = where
    compareKey(where, one, key, 'Updated an object')
    this.#compareSeen(where, one, object, row, one.kept ? object.compared : [])
    if (kept) this.#kept?.updated(kept, Object.keys(set), columns)
    this.#compare(one, key, object)
    const mine = columnsIn(one, columns)
    const known = { key, seen: object, version }
    if (one.parts.length > 0) this.#beside.updated(this.#partChange(one, key, object, row, object.compared), columns)
    if (mine.size === 0) return this.#pushBeside({ class: one, values: columns, known })
    const { step, row: place, values } = this.#shared.update(mine, where)
    this.planned.push({ class: one, step, row: place, values: one.parts.length > 0 ? columns : values, creates: false, known })
  }

  /** Of an object whose own table stays as it is, it is asked whether it is there. */
  #pushBeside(planned: Pick<Planned, 'class' | 'values'> & { readonly known: NonNullable<Planned['known']> }): void {
    const { class: one, known } = planned
    if (this.#existing === undefined) {
      this.#existing = new ExistenceCheck(one)
      this.#check([this.#existing])
    }
    this.#existing.add(this.planned.length, keyValues(one, known.key, 'Updated an object'))
    this.planned.push({ ...beside, ...planned })
  }

  #partChange(one: BusinessClass, key: Readonly<Record<string, unknown>>, seen: SeenObject, row: Row | undefined, leaves: readonly Leaf[]): PartChange {
    const change = this.planned.length
    return {
      class: one,
      change,
      key: keyValues(one, key, 'Changed an object'),
      compare: (comparison, part) => this.#compareSeen(comparison, one, seen, row, leaves, part),
      missing: (part) => void (seen.hasSeenIn(part) && (this.#doubtful ??= change)),
    }
  }

  #remove({ remove, key, seen }: Extract<Change, { readonly remove: string }>): void {
    const one = this.#writable(remove)
    const object = new SeenObject(one, seen, undefined, this.#classes)
    const kept = this.#keptObject(one, key, object)
    if (kept) this.#kept?.removed(kept)
    const known = { key, seen: object, version: undefined }
    this.#compare(one, key, object)
    if (one.kept?.softDelete) return void this.planned.push({ ...beside, class: one, known })
    if (one.parts.length > 0) this.#pushParts(this.#beside.removed(this.#partChange(one, key, object, kept?.row, allColumns(one))))
    const comparison = new Comparison(one.table)
    compareKey(comparison, one, key, 'Removed an object')
    this.#compareSeen(comparison, one, object, kept?.row, allColumns(one))
    this.#push({ remove: one.table, where: { and: comparison.where }, expect: 1 }, { class: one, values: noColumns, known })
  }

  #restore({ restore, key }: Extract<Change, { readonly restore: string }>): void {
    const one = this.#writable(restore)
    const changed = { index: this.planned.length, class: one, key }
    const kept = this.#kept?.objects.get(one, key)
    if (this.#kept && (!kept || kept.gone)) throw goneConflict(changed)
    if (kept?.state.removedAt === null) throw notRemoved(changed)
    if (kept) this.#kept?.restored(kept)
    this.planned.push({ ...beside, class: one, known: { key, seen: undefined, version: undefined } })
  }

  /** The object as the commit has left it so far, where its class has behaviours. @throws ModelerError `CONFLICT` where it is not there */
  #keptObject(one: BusinessClass, key: Readonly<Record<string, unknown>>, seen: SeenObject): KeptObject | undefined {
    if (!one.kept || !this.#kept) return undefined
    const object = this.#kept.objects.get(one, key)
    if (!object || object.gone || object.state.removedAt !== null) throw goneConflict({ index: this.planned.length, class: one, key })
    if (seen.mayCollide(object.whole, object.state.version)) this.#doubtful ??= this.planned.length
    return object
  }

  /** Adds that nobody has changed what was seen; of a class with behaviours, what was read of it. */
  #compareSeen(comparison: Comparison, { kept }: BusinessClass, seen: SeenObject, row: Row | undefined, leaves: readonly Leaf[], part?: PartTable): void {
    if (!kept) seen.compare(comparison, this.#current.get(this.planned.length), part)
    else if (row !== undefined) compareRead(comparison, leaves, row, part)
  }

  /** References that may be null for the caller only are compared as the caller sees them. */
  #compare(one: BusinessClass, key: Readonly<Record<string, unknown>>, seen: SeenObject): void {
    const { joins, conditions } = seen.masked
    if (conditions.length === 0) return
    // It looks at the other tables of the class too.
    if (one.parts.length > 0) this.#close()
    const step: Step = { check: one.table, as: own, joins: [...joins], where: { and: [...keyCondition(one, key, own, 'Changed an object'), ...conditions] }, expect: 1 }
    this.#compared.set(this.#shared.push(step), this.planned.length)
  }

  #link(change: Extract<Change, { readonly relation: string }>): void {
    const one = this.#writable('link' in change ? change.link : change.unlink)
    const relation = one.relations.get(change.relation)
    if (!relation?.link) throw new ModelerError('RELATION_UNKNOWN', `Linked an object of class "${one.name}" by ${JSON.stringify(change.relation)}: it has no relation of that name with a table of links${didYouMean(change.relation, [...one.relations.values()].filter(({ link }) => link).map(({ name }) => name))}`)
    const ends = [this.#key(one, change.from), this.#key(this.#classes.get(relation.target), change.to)] as const
    if (this.#kept) for (const end of linkEnds(one, relation, ends, this.#kept.objects, this.#classes)) this.#kept.linked('link' in change ? 'linked' : 'unlinked', end)
    this.#push(linkStep('link' in change, relation, relation.link, ends), { class: one, values: noColumns })
  }

  #key(one: BusinessClass, key: unknown): CheckedKey {
    return isKeyOf(key) ? this.#created(key.keyOf, one.name) : keyValues(one, typeof key === 'object' && key !== null ? { ...key } : {}, 'Linked an object')
  }

  readonly #created: CreatedKey = (change, target) => {
    const made = this.planned[change]
    if (!made?.creates || made.class.name !== target) throw new ModelerError('REQUEST_INVALID', `Used the key of change ${change} for class "${target}": expected an earlier change that creates an object of that class`)
    return createdKey(made)
  }

  #push(step: Step, planned: Omit<Planned, 'step' | 'row' | 'creates'>): void {
    this.planned.push({ ...planned, step: this.#shared.push(step), row: 0, creates: false })
  }

  #writable(name: string): BusinessClass {
    const one = this.#classes.get(name)
    if (one.readonly !== undefined) throw new ModelerError('CLASS_READONLY', `Changed an object of class "${name}": it can only be read, for ${one.readonly}`)
    this.#source ??= one.source
    if (one.source !== this.#source) throw new ModelerError('REQUEST_INVALID', `Committed changes of data sources "${this.#source}" and "${one.source}": expected one data source, for a commit is atomic`)
    return one
  }
}

/** What steps may be shared by: objects that are created, or those of one class that are updated. */
function runOf(change: Change): string | undefined {
  if ('create' in change) return 'create'
  return 'update' in change ? `update ${change.update}` : undefined
}
