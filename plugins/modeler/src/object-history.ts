import { codeOf, type Call, type Client, type InputOf, type OutputOf } from '@caruso/contract'
import type { Storage } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { Classes } from './classes.ts'
import type { Objects as Contract } from './contract.ts'
import { ModelerError } from './errors.ts'
import { readEntries, type HistoryEntry } from './history-entries.ts'
import { isThere } from './is-there.ts'
import type { Attributes, KeptObject } from './kept-object.ts'
import { keyValues } from './key-condition.ts'
import { keyName } from './key-name.ts'
import { keyOfReference } from './key-of-reference.ts'
import { keyAtOtherEnd } from './link-end.ts'
import type { Model } from './model.ts'
import type { ObjectReader } from './object-reader.ts'
import { noticed } from './outside-changes.ts'
import { undo, type PastObject } from './past-object.ts'
import { isHidden, isMasked } from './path-resolver.ts'
import type { CheckedKey } from './policy-check.ts'
import { requireRemoved, removedPermission } from './removed.ts'

type Input<Name extends keyof (typeof Contract)['operations']> = InputOf<(typeof Contract)['operations'][Name]>
type Output<Name extends keyof (typeof Contract)['operations']> = OutputOf<(typeof Contract)['operations'][Name]>

const usualEntries = 50
const entriesAtOnce = 500

/** Tells who changed an object, and how it was. The caller is told of objects that it sees now, or may remove where they are gone. */
export class ObjectHistory {
  readonly #model: Model
  readonly #storage: Client<typeof Storage>
  readonly #reader: ObjectReader

  constructor(model: Model, storage: Client<typeof Storage>, reader: ObjectReader) {
    this.#model = model
    this.#storage = storage
    this.#reader = reader
  }

  async history({ class: name, key, limit = usualEntries, after }: Input<'history'>, call: Call): Promise<Output<'history'>> {
    const one = await this.#class(name, call)
    const object = await noticed(this.#storage, one, key, call)
    if (!(await this.#isTold(one, key, object, call))) return { entries: [], next: null }
    const found = await readEntries(this.#storage, one, key, { limit: limit + 1, before: after }, call)
    const page = found.slice(0, limit)
    const view = new HistoryView(this.#model.seenBy(call.caller), one, this.#storage, call)
    const entries = []
    for (const { place: _, link, before, after: later, ...entry } of page) {
      if (link) entries.push(...(await view.link(link)).map((other) => (entry.kind === 'linked' ? { ...entry, before: null, after: other } : { ...entry, before: other, after: null })))
      else entries.push({ ...entry, before: await view.attributes(before), after: await view.attributes(later) })
    }
    return { entries, next: found.length > limit ? (page.at(-1)?.place ?? null) : null }
  }

  async past({ class: name, key, at }: Input<'past'>, call: Call): Promise<Output<'past'>> {
    const one = await this.#class(name, call)
    const object = await noticed(this.#storage, one, key, call)
    if (!(await this.#isTold(one, key, object, call))) return { object: null, version: null }
    const past = await this.#undone(one, key, object, isAfter(at), call)
    const view = new HistoryView(this.#model.seenBy(call.caller), one, this.#storage, call)
    const attributes = await view.attributes(past.attributes)
    return { object: attributes && { ...Object.fromEntries(one.key.map(({ name: part }) => [part, key[part]])), ...attributes }, version: past.version }
  }

  /** What is left of an object when its last changes are undone. */
  async #undone(one: BusinessClass, key: Attributes, object: KeptObject | undefined, isUndone: (entry: HistoryEntry) => boolean, call: Call): Promise<PastObject> {
    let past: PastObject = { attributes: object?.state.removedAt === null ? object.attributes : null, version: object?.state.version ?? 1 }
    for (let before: number | undefined; ; ) {
      const entries = await readEntries(this.#storage, one, key, { limit: entriesAtOnce, before }, call)
      for (const entry of entries) {
        if (entry.link) continue
        if (!isUndone(entry)) return { ...past, version: entry.version }
        past = undo(past, entry)
      }
      before = entries.at(-1)?.place
      if (entries.length < entriesAtOnce) return past
    }
  }

  async #class(name: string, call: Call): Promise<BusinessClass> {
    const one = this.#model.get(name)
    if (one.kept?.history === undefined) throw new ModelerError('REQUEST_INVALID', `Read the history of an object of class "${name}": the class has no "history"`)
    await this.#model.check(one, call)
    return one
  }

  async #isTold(one: BusinessClass, key: Attributes, object: KeptObject | undefined, call: Call): Promise<boolean> {
    const request = { class: one.name, key, fields: [] }
    if ((await this.#reader.get(request, call)).object !== null) return true
    const { caller } = call
    const sight = this.#model.seenBy(caller).sight(one)
    // Of an object that is gone nobody can tell whom a condition would let see it.
    if (object === undefined) return sight ? sight.mayAlways('read', 'remove') : caller.permissions.includes(removedPermission) || caller.grants.includes(removedPermission)
    if (object.state.removedAt === null) return false
    try {
      requireRemoved(one, this.#model.seenBy(caller), 'Read the history of a removed object', call)
      return (await this.#reader.get({ ...request, removed: 'only' }, call)).object !== null
    } catch (error) {
      if (codeOf(error) !== 'FORBIDDEN') throw error
      return false
    }
  }
}

function isAfter(at: Input<'past'>['at']): (entry: HistoryEntry) => boolean {
  if ('version' in at) return ({ version }) => version > at.version
  const moment = Date.parse(at.instant)
  return (entry) => Date.parse(entry.at) > moment
}

/** What a caller is told of attributes as they were: hidden ones are left out, and references to what it does not see are null. */
class HistoryView {
  readonly #classes: Classes
  readonly #class: BusinessClass
  readonly #storage: Client<typeof Storage>
  readonly #call: Call
  readonly #seen = new Map<string, boolean>()

  constructor(classes: Classes, one: BusinessClass, storage: Client<typeof Storage>, call: Call) {
    this.#classes = classes
    this.#class = one
    this.#storage = storage
    this.#call = call
  }

  async attributes(all: Attributes | null): Promise<Attributes | null> {
    if (all === null) return null
    const told: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(all)) {
      const attribute = this.#class.attributes.get(name)
      if (attribute === undefined || isHidden(this.#classes, this.#class, name)) continue
      told[name] = value === null || !isMasked(this.#classes, this.#class, attribute) || (await this.#leadsToSeen(name, value)) ? value : null
    }
    return told
  }

  /** The other object of a link by the name of the relation; nothing where the caller sees one of them not. */
  async link({ relation: name, other }: NonNullable<HistoryEntry['link']>): Promise<Attributes[]> {
    const relation = this.#class.relations.get(name)
    if (!relation || isHidden(this.#classes, this.#class, name)) return []
    const target = this.#classes.get(relation.target)
    const key = keyAtOtherEnd(target, other)
    return this.#classes.sight(target)?.rows === undefined || (key !== null && (await this.#isSeen(target, keyValues(target, key, 'Followed a link')))) ? [{ [name]: key }] : []
  }

  async #leadsToSeen(name: string, value: unknown): Promise<boolean> {
    const definition = this.#class.attributes.get(name)?.definition
    if (definition?.type !== 'reference') return true
    const target = this.#classes.get(definition.to)
    return this.#isSeen(target, keyOfReference(target, value))
  }

  async #isSeen(target: BusinessClass, key: CheckedKey): Promise<boolean> {
    const id = keyName(target, key)
    const seen = this.#seen.get(id) ?? (await isThere(this.#storage, target, key, this.#classes.sight(target)?.rows, this.#call))
    this.#seen.set(id, seen)
    return seen
  }
}
