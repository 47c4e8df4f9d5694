/** A failure as it crosses the bus. */
export interface WireError {
  readonly code: string
  readonly message: string
  readonly details?: unknown
  readonly cause?: WireError
}

const brand = Symbol.for('caruso.error')

/**
 * A failure with a stable code that survives the way across the bus; everything a caller may catch is one of these.
 * Tell them apart by `code`, never by class: versions do not share modules.
 */
export class CarusoError extends Error {
  readonly [brand] = true
  readonly code: string
  readonly details: unknown

  constructor(code: string, message: string, options?: { readonly cause?: unknown; readonly details?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CarusoError'
    this.code = code
    this.details = options?.details
  }
}

/** A contract that cannot be declared. */
export class ContractError extends CarusoError {
  constructor(message: string) {
    super('CONTRACT_INVALID', message)
    this.name = 'ContractError'
  }
}

/** Whether something thrown is one of ours, of whatever copy of this module. */
export function isCarusoError(error: unknown): error is CarusoError {
  return typeof error === 'object' && error !== null && brand in error
}

/** The code of whatever was thrown, or undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)
}

const maxCauses = 8

/** What crosses the bus of whatever was thrown: code, message, details and causes, never a stack. */
export function toWireError(error: unknown, causes = maxCauses): WireError {
  const details = isObject(error) && 'details' in error ? error.details : undefined
  const cause = isObject(error) && 'cause' in error ? error.cause : undefined
  return {
    code: codeOf(error) ?? 'HANDLER_FAILED',
    message: messageOf(error).slice(0, 4096),
    ...(details === undefined ? {} : { details }),
    ...(cause === undefined || causes === 0 ? {} : { cause: toWireError(cause, causes - 1) }),
  }
}

/** The error that a caller catches for what came over the bus; foreign or broken shapes become `HANDLER_FAILED`. */
export function fromWireError(wire: unknown, causes = maxCauses): CarusoError {
  const code = codeOf(wire) ?? 'HANDLER_FAILED'
  const cause = isObject(wire) && 'cause' in wire && causes > 0 ? fromWireError(wire.cause, causes - 1) : undefined
  return new CarusoError(code, messageOf(wire), {
    ...(cause === undefined ? {} : { cause }),
    ...(isObject(wire) && 'details' in wire ? { details: wire.details } : {}),
  })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
