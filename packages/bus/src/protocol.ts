import { codeOf, messageOf, toWireError, type Call, type Caller } from '@caruso/contract'
import { BusError } from './errors.ts'
import { decodeThrough } from './through.ts'

/**
 * What travels between a caller and a provider, over NATS or a pipe: a JSON array of frames, all of one tick in
 * one message. A frame is an array, its kind first.
 *
 * | kind   | frame                                                                          |
 * |--------|--------------------------------------------------------------------------------|
 * | call   | [0, id, milliseconds left, key or null, input]                                 |
 * | open   | [1, … as call …, credits]: asks for a stream                                    |
 * | result | [2, id, output]                                                                |
 * | error  | [3, id, error]                                                                 |
 * | item   | [4, id, item]                                                                  |
 * | end    | [5, id]                                                                        |
 * | credit | [6, id, how many more items may be sent]                                       |
 * | cancel | [7, id]                                                                        |
 * | query  | [8, id]: answered with an error where the call is not known                    |
 * | to     | [9, 0, service, operation, caller, trace, through?]: what the calls after it in this message have in common |
 *
 * A service is a contract of the addressed instance, as `name@version`; `through` are the components that hold state and
 * work on what the calls descend from, where there are any. Calls of one tick have much in common, and what a message
 * costs is mostly its length, so that is said once.
 */
export const kind = { call: 0, open: 1, result: 2, error: 3, item: 4, end: 5, credit: 6, cancel: 7, query: 8, to: 9 } as const

export type Frame = readonly [kind: number, id: number, ...rest: unknown[]]

/** What calls have in common, after the border. */
export interface CallHead {
  readonly service: string
  readonly operation: string
  readonly caller: unknown
  readonly trace: string
  readonly through: readonly string[]
}

/** A call frame after the border: every field has been looked at. */
export interface CallFrame extends CallHead {
  readonly id: number
  readonly left: number
  readonly key: string | undefined
  readonly input: unknown
  readonly credits: number
}

const maxDepth = 128
/** Frames that are read one by one of a message that cannot be read at once; no tick of ours carries as many. */
const mostUnreadable = 10_000

/** The `name@version` under which an instance serves a contract. */
export function serviceKey(contract: { readonly name: string; readonly version: string }): string {
  return `${contract.name}@${contract.version}`
}

/** What a call frame says of where it goes, and the caller as the wire shows it. */
export interface Addressee {
  readonly service: string
  readonly operation: string
  readonly caller: string
  /** The JSON text of what the call is work of, where it is work of components that hold state. */
  readonly through?: string
}

/** A call on its way into a message. */
export interface CallText {
  readonly kind: 0 | 1
  readonly id: number
  readonly to: Addressee
  readonly trace: string
  /** The frame from the milliseconds on. */
  readonly rest: string
}

/** What a call says of itself alone; `now` is the time by the caller's clock. */
export function encodeRest(input: unknown, call: Call, now: number, credits?: number): string {
  const left = Math.max(Math.ceil(call.deadline - now), 1)
  // The number is made text so as by `Outbox`, which says why.
  const rest = `${JSON.stringify(left)},${call.key === undefined ? 'null' : JSON.stringify(call.key)},${encodeValue(input)}`
  return credits === undefined ? rest : `${rest},${credits}`
}

/** The frame that says what calls have in common, or undefined where the call before in the same message said it. */
export function encodeTo({ to, trace }: CallText, before: CallText | undefined): string | undefined {
  if (before !== undefined && before.trace === trace && isSame(before.to, to)) return undefined
  const through = to.through === undefined ? '' : `,${to.through}`
  return `[${kind.to},0,"${to.service}","${to.operation}",${to.caller},${JSON.stringify(trace)}${through}]`
}

function isSame(one: Addressee, other: Addressee): boolean {
  return one.operation === other.operation && one.caller === other.caller && one.service === other.service && one.through === other.through
}

/** The JSON text of a value; `undefined` travels as null. */
export function encodeValue(value: unknown): string {
  return JSON.stringify(value) ?? 'null'
}

/** The JSON text of an error; of one whose details are no JSON, without them. */
export function encodeError(error: unknown): string {
  try {
    return JSON.stringify(toWireError(error))
  } catch {
    return JSON.stringify({ code: codeOf(error) ?? 'HANDLER_FAILED', message: messageOf(error).slice(0, 4096) })
  }
}

const encodedCallers = new WeakMap<Caller, string>()

/** The JSON text of a caller; most calls come from few of them, so it is kept. */
export function encodeCaller(caller: Caller): string {
  let text = encodedCallers.get(caller)
  if (text === undefined) {
    text = JSON.stringify([caller.component, caller.identity, caller.permissions, caller.grants])
    encodedCallers.set(caller, text)
  }
  return text
}

/** The caller that a frame names; whatever is not of its form becomes nobody, who may do nothing. */
export function decodeCaller(wire: unknown): Caller {
  const [component, identity, permissions, grants] = Array.isArray(wire) ? (wire as unknown[]) : []
  return { component: text(component), identity: text(identity), permissions: texts(permissions), grants: texts(grants) }
}

/**
 * Reads a message as frames.
 *
 * @throws BusError `INVALID_INPUT` for what is no JSON array of frames, nests deeper than 128, or carries `__proto__`
 */
export function decodeFrames(message: string): readonly Frame[] {
  const frames = parseJson(message)
  if (!Array.isArray(frames)) throw new BusError('INVALID_INPUT', `Read a message of ${message.length} characters: expected an array of frames, found ${typeof frames}`)
  for (const frame of frames as unknown[]) {
    if (!Array.isArray(frame) || typeof frame[0] !== 'number' || !Number.isSafeInteger(frame[1])) {
      throw new BusError('INVALID_INPUT', `Read a message of ${message.length} characters: expected each frame to begin with its kind and id`)
    }
  }
  return frames as Frame[]
}

/** Takes what a message holds; of a frame that cannot be read, its kind and id, or neither where those cannot be told. */
export interface FrameReader {
  read(frame: Frame): void
  unreadable(error: unknown, kind?: number, id?: number): void
}

/** Reads a message frame by frame: one that cannot be read costs no other of its message, for they come from different callers. */
export function readFrames(message: string, reader: FrameReader): void {
  let frames: readonly Frame[]
  try {
    frames = decodeFrames(message)
  } catch (error) {
    const pieces = splitFrames(message)
    if (pieces.length === 0) reader.unreadable(error)
    for (const piece of pieces) readOne(piece, reader)
    return
  }
  for (const frame of frames) reader.read(frame)
}

/** What the calls after a frame have in common, or undefined where a field is not of its type. */
export function decodeTo(frame: Frame): CallHead | undefined {
  const [, , service, operation, caller, trace] = frame
  const through = decodeThrough(frame[6])
  return typeof service === 'string' && typeof operation === 'string' && typeof trace === 'string' && through !== undefined ? { service, operation, caller, trace, through } : undefined
}

/** The call that a frame asks for, or undefined where a field is not of its type. */
export function decodeCall(frame: Frame, { service, operation, caller, trace, through }: CallHead): CallFrame | undefined {
  const [, id, left, key, input, credits] = frame
  if (typeof left !== 'number' || (key !== null && (typeof key !== 'string' || key.length > 256))) return undefined
  return { id, service, operation, caller, trace, through, left, key: key ?? undefined, input, credits: typeof credits === 'number' ? credits : 0 }
}

/**
 * Parses JSON from outside.
 *
 * @throws BusError `INVALID_INPUT` for what is no JSON, nests deeper than 128, or carries `__proto__` as a name
 */
export function parseJson(message: string): unknown {
  if (message.length > 2 * maxDepth && nestsTooDeep(message)) throw new BusError('INVALID_INPUT', `Read a message of ${message.length} characters: it nests deeper than ${maxDepth}`)
  try {
    // An escaped name can hide what the text search looks for, so escapes of ASCII letters take the slow way too.
    return message.includes('__proto__') || message.includes('\\u00') ? JSON.parse(message, refuseProto) : JSON.parse(message)
  } catch (cause) {
    if (cause instanceof BusError) throw cause
    throw new BusError('INVALID_INPUT', `Read a message of ${message.length} characters: it is not JSON`, { cause })
  }
}

function refuseProto(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new BusError('INVALID_INPUT', 'Read a message: the name "__proto__" is not allowed')
  return value
}

function readOne(piece: string, reader: FrameReader): void {
  let frames: readonly Frame[]
  try {
    frames = decodeFrames(`[${piece}]`)
  } catch (error) {
    const [, kindText, idText] = /^\[\s*(\d)\s*,\s*(\d{1,10})\s*[,\]]/.exec(piece) ?? []
    if (kindText === undefined) reader.unreadable(error)
    else reader.unreadable(error, Number(kindText), Number(idText))
    return
  }
  for (const frame of frames) reader.read(frame)
}

/** The texts of the arrays within an array, found by their brackets alone. */
function splitFrames(message: string): string[] {
  const pieces: string[] = []
  let depth = 0
  let begin = 0
  let inText = false
  for (let i = 0; i < message.length && pieces.length < mostUnreadable; i++) {
    const code = message.charCodeAt(i)
    if (inText) {
      if (code === 0x5c) i++
      else if (code === 0x22) inText = false
    } else if (code === 0x22) inText = true
    else if (code === 0x7b || code === 0x5b) {
      if (++depth === 2) begin = i
    } else if (code === 0x7d || code === 0x5d) {
      if (depth-- === 2) pieces.push(message.slice(begin, i + 1))
    }
  }
  return pieces
}

function nestsTooDeep(message: string): boolean {
  let depth = 0
  let inText = false
  for (let i = 0; i < message.length; i++) {
    const code = message.charCodeAt(i)
    if (inText) {
      if (code === 0x5c) i++
      else if (code === 0x22) inText = false
    } else if (code === 0x22) inText = true
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > maxDepth) return true
    } else if (code === 0x7d || code === 0x5d) depth--
  }
  return false
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
