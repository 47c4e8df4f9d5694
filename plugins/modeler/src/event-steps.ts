import type { Call } from '@caruso/contract'
import type { Step } from '@caruso/storage/contract'
import type { ChangeSet } from './change-set.ts'
import type { CommittedEvent } from './contract.ts'

/** What a commit says beside its changes: the event that it answers, and those that it writes. */
export interface Said {
  readonly events?: readonly CommittedEvent[]
  readonly handled?: { readonly consumer: string; readonly id: string }
}

/** The last steps of a commit. @throws ModelerError `REQUEST_INVALID` */
export function eventSteps({ events = [], handled }: Said, set: ChangeSet, call: Call): Step[] {
  const answered = handled ? [{ handled: { consumer: consumerOf(handled.consumer, call), id: handled.id } }] : []
  return [...answered, ...events.map(({ topic, payload, change }) => ({ emit: topic, payload, ...(change === undefined ? {} : { subject: set.subjectOf(change) }) }))]
}

/** To the storage all consumers are the modeler's; each belongs to the component that asks the modeler. */
export function consumerOf(consumer: string, { caller }: Call): string {
  return `${caller.component}.${consumer}`
}
