import { describeValue, type Call } from '@caruso/contract'
import type { Cell, KeyReference, Step, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { instantCodec } from './codec.ts'
import { columnOf, equals } from './column-of.ts'
import { columnNames, type ColumnValues } from './column-values.ts'
import { ModelerError } from './errors.ts'
import { stateColumns, type Kept } from './kept.ts'
import { KeptObject, only, type Attributes } from './kept-object.ts'
import type { KeptObjects } from './kept-objects.ts'
import type { LinkEnd } from './link-end.ts'
import { limits } from './limits.ts'
import { typesOf } from './step-types.ts'

/** What became of an object. `outside` tells of a change that another application made, as of when it was noticed. */
export type EntryKind = 'created' | 'updated' | 'removed' | 'restored' | 'outside' | LinkKind

/** What became of a link between two objects by a table of its own; it counts no change of either. */
export type LinkKind = 'linked' | 'unlinked'

/** Who changes objects, when and why. */
export interface Author {
  readonly at: string
  readonly identity: string
  readonly component: string
  readonly reason: string | undefined
}

/** The kind of an entry as it is kept. */
export function keptKind(kind: LinkKind, relation: string): string {
  return `${kind}:${relation}`
}

/** @throws ModelerError `REQUEST_INVALID` for a reason that not every database keeps */
export function authorOf({ caller }: Call, reason: string | undefined): Author {
  if (reason !== undefined && (!reason.isWellFormed() || reason.includes('\0'))) throw new ModelerError('REQUEST_INVALID', `Committed changes with the reason ${describeValue(reason)}: expected a text without half a surrogate pair and the character U+0000`)
  return { at: new Date().toISOString(), identity: caller.identity, component: caller.component, reason }
}

interface Entry {
  readonly object: KeptObject
  /** As it is kept: of a link with the name of the relation. */
  readonly kind: string
  readonly version: number
  readonly before: string | KeyReference | null
  readonly after: string | KeyReference | null
}

/** The columns of a history beside its key, as rows have them. */
const entryColumns = ['caruso_version', 'caruso_kind', 'caruso_at', 'caruso_by', 'caruso_component', 'caruso_reason', 'caruso_before', 'caruso_after'] as const
const stateNames = Object.values(stateColumns)

/** Makes the steps by which a commit keeps states and history of the objects that it changes, in the transaction of the change. */
export class KeptChanges {
  readonly objects: KeptObjects
  readonly #author: Author
  readonly #entries: Entry[] = []
  readonly #changed = new Set<KeptObject>()

  constructor(objects: KeptObjects, author: Author) {
    this.objects = objects
    this.#author = author
  }

  created(one: BusinessClass, key: readonly Cell[], columns: ColumnValues): void {
    const object = new KeptObject(one, key, {}, undefined, true)
    object.write(columns)
    this.objects.add(object)
    object.state = { ...object.state, recorded: object.attributes }
    this.#keep(object, 'created', null, object.attributes)
  }

  updated(object: KeptObject, set: readonly string[], columns: ColumnValues): void {
    this.notice(object)
    const before = object.attributes
    object.write(columns)
    object.state = { ...object.state, version: object.state.version + 1, recorded: object.attributes }
    this.#keep(object, 'updated', only(before, set), only(object.attributes, set))
  }

  removed(object: KeptObject): void {
    this.notice(object)
    const soft = object.class.kept?.softDelete === true
    object.state = { ...object.state, version: object.state.version + 1, recorded: object.attributes, ...(soft ? { removedAt: this.#author.at, removedBy: this.#author.identity } : {}) }
    object.gone = !soft
    this.#keep(object, 'removed', object.attributes, null)
  }

  restored(object: KeptObject): void {
    this.notice(object)
    object.state = { version: object.state.version + 1, recorded: object.attributes, removedAt: null, removedBy: null }
    this.#keep(object, 'restored', null, object.attributes)
  }

  /** Records what another application has done to the object since it was last recorded; whether it has. */
  notice(object: KeptObject): boolean {
    const outside = object.outside
    if (outside === undefined) return false
    object.state = { ...object.state, recorded: object.attributes }
    this.#keep(object, 'outside', outside.before, outside.after)
    return true
  }

  /** Records that another application has taken the object away. */
  lost(object: KeptObject): void {
    object.gone = true
    this.#keep(object, 'outside', object.state.recorded ?? null, null)
  }

  /** Records at an object that it was joined to another, or parted from it. */
  linked(kind: LinkKind, { object, relation, other }: LinkEnd): void {
    this.#entries.push({ object, kind: keptKind(kind, relation), version: object.state.version, before: kind === 'linked' ? null : other, after: kind === 'linked' ? other : null })
  }

  /** States and entries, each in as few steps as can be. */
  steps(): Step[] {
    const steps: Step[] = []
    for (const one of new Set([...this.#changed, ...this.#entries.map(({ object }) => object)].map((object) => object.class))) {
      if (one.kept === undefined) continue
      steps.push(...this.#states(one.kept, [...this.#changed].filter((object) => object.class === one)))
      const rows = one.kept.history === undefined ? [] : this.#entries.filter(({ object }) => object.class === one).map((entry) => this.#row(entry))
      if (one.kept.history !== undefined && rows.length > 0) steps.push({ insert: one.kept.history, columns: [...columnNames(one.kept.key), ...entryColumns], rows, types: { ...typesOf(one.kept.key).types, caruso_at: 'instant' } })
    }
    return steps
  }

  #keep(object: KeptObject, kind: Exclude<EntryKind, LinkKind>, before: Attributes | null, after: Attributes | null): void {
    this.#changed.add(object)
    this.#entries.push({ object, kind, version: object.state.version, before: before && textOf(object, before), after: after && textOf(object, after) })
  }

  #states(kept: Kept, objects: readonly KeptObject[]): Step[] {
    const types = { ...typesOf(kept.key).types, [stateColumns.removedAt]: 'instant' } as const
    const there = objects.filter(({ gone }) => !gone)
    const created = there.filter((object) => object.created).map((object) => [...object.key, ...stateOf(kept, object)])
    const first = there.filter((object) => !object.created && object.found === undefined).map((object) => [...object.key, ...stateOf(kept, object)])
    const columns = [...columnNames(kept.key), ...stateNames]
    const known = objects.filter((object) => object.found !== undefined)
    return [
      // A row of state may be left of an object with the same key that another application has removed.
      ...(created.length === 0 ? [] : [{ insert: kept.state, columns, rows: created, types, replace: true }]),
      ...(first.length === 0 ? [] : [{ insert: kept.state, columns, rows: first, types }]),
      ...changed(kept, known.filter(({ gone }) => !gone), types),
      ...known.filter(({ gone }) => gone).map((object): Step => ({ remove: kept.state, where: foundState(kept, object), expect: 1 })),
    ]
  }

  #row({ object, kind, version, before, after }: Entry): Cell[] {
    const { at, identity, component, reason } = this.#author
    const said = kind === 'outside' ? [null, null, null] : [identity, component, reason ?? null]
    return [...object.key, version, kind, instantCodec.encode(at) ?? null, ...said, before, after]
  }
}

/** @throws ModelerError `OBJECT_INVALID` for more than one text of the storage holds */
function textOf({ class: { name } }: KeptObject, attributes: Attributes): string {
  const text = JSON.stringify(attributes)
  if (text.length <= limits.text) return text
  throw new ModelerError('OBJECT_INVALID', `Kept the history of an object of class "${name}": expected at most ${limits.text} characters in all its attributes, found ${text.length}`, { details: { class: name, problems: [] } })
}

/** The columns of its state beside the key, in the order of `stateNames`. */
function stateOf({ history }: Kept, object: KeptObject): readonly Value[] {
  const { version, removedAt, removedBy, recorded } = object.state
  return [version, removedAt === null ? null : (instantCodec.encode(removedAt) ?? null), removedBy, history === undefined || recorded === undefined ? null : textOf(object, recorded)]
}

/** The step that changes rows of state which are as they were found. */
function changed(kept: Kept, objects: readonly KeptObject[], types: NonNullable<Extract<Step, { readonly update: string }>['types']>): Step[] {
  const rows = objects.map((object) => [...stateOf(kept, object), ...object.key, object.found?.version ?? null])
  return objects.length > 0 ? [{ update: kept.state, columns: [...stateNames], same: [...kept.key.map((leaf) => columnOf(leaf, kept.state)), { column: stateColumns.version, type: 'integer' }], rows, types }] : []
}

/** The condition that the row of state is as it was found. */
function foundState(kept: Kept, { key, found }: KeptObject): Extract<Step, { readonly remove: string }>['where'] {
  const parts = kept.key.map((leaf, index) => equals(leaf, kept.state, (key[index] ?? null) as Value))
  return { and: [...parts, { column: stateColumns.version, op: '==', value: found?.version ?? null, type: 'integer' }] }
}
