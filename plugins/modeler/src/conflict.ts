import type { BusinessClass } from './business-class.ts'
import { ModelerError } from './errors.ts'
import type { Collision } from './seen-object.ts'

/** A change of a commit, as messages name it. */
export interface ChangedObject {
  readonly index: number
  readonly class: BusinessClass
  readonly key: Readonly<Record<string, unknown>>
}

export function conflict({ index, class: one, key }: ChangedObject, collided: readonly Collision[]): ModelerError {
  const found = collided.map(({ attribute, seen, now }) => `"${attribute}" was ${JSON.stringify(seen)} and is ${JSON.stringify(now)}`).join(', ')
  return new ModelerError('CONFLICT', `${titleOf(index, one, key)}: others have changed it, ${found === '' ? 'and what was seen of it does not say what' : found}`, { details: { change: index, class: one.name, key, collided } })
}

export function goneConflict({ index, class: one, key }: ChangedObject): ModelerError {
  return new ModelerError('CONFLICT', `${titleOf(index, one, key)}: it is not there any more`, { details: { change: index, class: one.name, key, gone: true, collided: [] } })
}

export function notRemoved({ index, class: one, key }: ChangedObject): ModelerError {
  return new ModelerError('CONFLICT', `${titleOf(index, one, key)}: it is not removed, so it cannot be restored`, { details: { change: index, class: one.name, key, collided: [] } })
}

export function titleOf(index: number, one: BusinessClass, key: Readonly<Record<string, unknown>>): string {
  return `Committed change ${index}, of an object of class "${one.name}" with key ${JSON.stringify(key)}`
}
