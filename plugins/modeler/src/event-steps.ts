import type { Call } from '@caruso/contract'
import type { KeyReference, Step } from '@caruso/storage/contract'
import type { ChangeSet } from './change-set.ts'
import type { CommittedEvent } from './contract.ts'
import { ModelerError } from './errors.ts'
import { isKeyOf } from './object-values.ts'
import { createdKey, type Planned } from './planned.ts'

/** What a commit says beside its changes: the event that it answers, and those that it writes. */
export interface Said {
  readonly events?: readonly CommittedEvent[]
  readonly handled?: { readonly consumer: string; readonly id: string }
}

/** The last steps of a commit. @throws ModelerError `REQUEST_INVALID` */
export function eventSteps({ events = [], handled }: Said, set: ChangeSet, call: Call): Step[] {
  const answered = handled ? [{ handled: { consumer: consumerOf(handled.consumer, call), id: handled.id } }] : []
  return [...answered, ...events.map(({ topic, payload, change }) => ({ emit: topic, payload, ...(change === undefined ? {} : { subject: subjectOf(set.planned[change], change) }) }))]
}

/**
 * What an event about the object of a change is about: the key, which the database may not have made yet.
 *
 * @throws ModelerError `REQUEST_INVALID`
 */
function subjectOf(made: Planned | undefined, change: number): string | KeyReference {
  const values = made?.creates === true ? createdKey(made) : Object.values(made?.known?.key ?? {})
  const [only = null] = values
  if (values.length === 1) return isKeyOf(only) ? only : String(only)
  if (values.length === 0 || values.some(isKeyOf)) throw new ModelerError('REQUEST_INVALID', `Committed an event about change ${change}: expected a change of an object whose key is known, or of one number`)
  return JSON.stringify(values)
}

/** To the storage all consumers are the modeler's; each belongs to the component that asks the modeler. */
export function consumerOf(consumer: string, { caller }: Call): string {
  return `${caller.component}.${consumer}`
}
