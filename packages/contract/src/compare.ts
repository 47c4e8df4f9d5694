import major from 'semver/functions/major.js'
import valid from 'semver/functions/valid.js'
import { subsetBreaks } from './schema-subset.ts'
import type { Contract, EventDeclaration, Operation } from './contract.ts'
import type { SchemaBreak, SchemaBreakCode } from './schema-break.ts'

/** What kind of promise is broken; stable, for programs. */
export type BreakCode =
  | SchemaBreakCode
  | 'CONTRACT_NAME'
  | 'OPERATION_MISSING'
  | 'EVENT_MISSING'
  | 'ANSWER_KIND'
  | 'IDEMPOTENCE'
  | 'PERMISSION'
  | 'PUBLIC'
  | 'RESUMABLE'

/** One promise of the old version that the new one does not keep. */
export interface Break {
  /** The place in the contract, such as `operations.get.output.address.zip`; `[]` are the items of a list, `*` fields that are not named. */
  readonly path: string
  readonly code: BreakCode
  /** What the old version promised and what the new one does, in one sentence. */
  readonly message: string
}

/** Whether the new version may replace the old one under callers that were built with the old one. */
export interface Comparison {
  readonly compatible: boolean
  readonly breaks: readonly Break[]
  /** Paths of the operations and events that only the new version has. */
  readonly additions: readonly string[]
  /** Changes that break nothing and that an operator should know. */
  readonly notes: readonly string[]
}

/**
 * Compares two versions of a contract: may the new one replace the old one under callers built with the old one?
 * Whatever the old one accepted must be accepted, and whatever the new one may answer or tell must have been promised.
 * What cannot be shown to be compatible counts as a break. A field that one side does not declare is taken as absent,
 * so optional fields come and go freely; but an object that was open must not be closed.
 */
export function compare(old: Contract, next: Contract): Comparison {
  const operations = pairs('operations', old.operations, next.operations)
  const events = pairs('events', old.events, next.events)
  const breaks = [
    ...(old.name === next.name ? [] : [broken('name', 'CONTRACT_NAME', `The old contract is "${old.name}", the new one is another: "${next.name}"`)]),
    ...operations.flatMap(({ path, before, after }) => (after ? operationBreaks(path, before, after) : [broken(path, 'OPERATION_MISSING', 'The old version offers this operation, the new one does not')])),
    ...events.flatMap(({ path, before, after }) => (after ? eventBreaks(path, before, after) : [broken(path, 'EVENT_MISSING', 'The old version tells this event, the new one does not')])),
  ]
  return {
    compatible: breaks.length === 0,
    breaks,
    additions: [...added('operations', old.operations, next.operations), ...added('events', old.events, next.events)],
    notes: [...versionNotes(old, next, breaks.length === 0), ...operations.flatMap(({ path, before, after }) => (after ? timeoutNotes(path, before, after) : []))],
  }
}

interface Pair<Part> {
  readonly path: string
  readonly before: Part
  readonly after: Part | undefined
}

function pairs<Part>(kind: string, old: Readonly<Record<string, Part>>, next: Readonly<Record<string, Part>>): Pair<Part>[] {
  return Object.entries(old).map(([name, before]) => ({ path: `${kind}.${name}`, before, after: Object.hasOwn(next, name) ? next[name] : undefined }))
}

function added(kind: string, old: Readonly<Record<string, unknown>>, next: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(next).filter((name) => !Object.hasOwn(old, name)).map((name) => `${kind}.${name}`)
}

function operationBreaks(path: string, before: Operation, after: Operation): Break[] {
  return [
    ...acceptanceBreaks(`${path}.input`, before.input, after.input),
    ...answerBreaks(path, before, after),
    ...(before.idempotent && !after.idempotent ? [broken(`${path}.idempotent`, 'IDEMPOTENCE', 'The old version may be asked again after a failure, the new one may not')] : []),
    ...resumableBreaks(path, before, after),
    ...(after.permission === undefined || after.permission === before.permission ? [] : [broken(`${path}.permission`, 'PERMISSION', `The old version asks for ${permission(before)}, the new one for ${permission(after)}`)]),
    ...publicBreaks(path, before, after),
  ]
}

function eventBreaks(path: string, before: EventDeclaration, after: EventDeclaration): Break[] {
  return [...promiseBreaks(`${path}.payload`, before.payload, after.payload), ...publicBreaks(path, before, after)]
}

function answerBreaks(path: string, before: Operation, after: Operation): Break[] {
  if (before.stream && after.stream) return promiseBreaks(`${path}.stream`, before.stream, after.stream)
  if (before.output && after.output) return promiseBreaks(`${path}.output`, before.output, after.output)
  const [was, is] = before.stream ? ['with a stream', 'once'] : ['once', 'with a stream']
  return [broken(path, 'ANSWER_KIND', `The old version answers ${was}, the new one ${is}`)]
}

/** Callers built with the old version ask the new one for the rest of a stream, by the fields that they know. */
function resumableBreaks(path: string, { resumable: old }: Operation, { resumable: next }: Operation): Break[] {
  if (old === undefined || (next?.input === old.input && next.item === old.item)) return []
  const is = next === undefined ? 'begins from the start' : `by "${next.item}" and "${next.input}"`
  return [broken(`${path}.resumable`, 'RESUMABLE', `The old version goes on after an item by "${old.item}" and "${old.input}", the new one ${is}`)]
}

function publicBreaks(path: string, before: EventDeclaration | Operation, after: EventDeclaration | Operation): Break[] {
  return before.public && !after.public ? [broken(`${path}.public`, 'PUBLIC', 'The old version is offered to the outside, the new one is not')] : []
}

/** What callers give: the new version has to accept all that the old one did. */
function acceptanceBreaks(path: string, old: unknown, next: unknown): Break[] {
  return subsetBreaks(old, next).map((found) => broken(join(path, found), found.code, `The old version accepts ${found.given}, the new one only ${found.wanted}${doubt(found)}`))
}

/** What callers get: the new version has to keep to what the old one promised. */
function promiseBreaks(path: string, old: unknown, next: unknown): Break[] {
  return subsetBreaks(next, old).map((found) => broken(join(path, found), found.code, `The old version promises ${found.wanted}, the new one may give ${found.given}${doubt(found)}`))
}

function doubt({ code }: SchemaBreak): string {
  return code === 'UNDECIDED' || code === 'PATTERN' || code === 'FORMAT' ? ', which could not be shown to be compatible' : ''
}

function versionNotes(old: Contract, next: Contract, compatible: boolean): string[] {
  const another = valid(old.version) && valid(next.version) && major(old.version) !== major(next.version)
  return another && compatible ? [`Version ${next.version} has another major number than ${old.version}, but could replace it`] : []
}

function timeoutNotes(path: string, before: Operation, after: Operation): string[] {
  if (after.timeout === undefined || (before.timeout !== undefined && after.timeout >= before.timeout)) return []
  const was = before.timeout === undefined ? 'as long as the caller allows' : `at most ${before.timeout} ms`
  return [`${path}.timeout: the old version takes ${was}, the new one at most ${after.timeout} ms`]
}

function permission(operation: Operation): string {
  return operation.permission === undefined ? 'no permission' : `permission "${operation.permission}"`
}

function broken(path: string, code: BreakCode, message: string): Break {
  return { path, code, message }
}

function join(path: string, { path: steps }: SchemaBreak): string {
  return steps.reduce((all, step) => (step.startsWith('[') ? `${all}${step}` : /^[\w$*-]+$/.test(step) ? `${all}.${step}` : `${all}[${JSON.stringify(step)}]`), path)
}
