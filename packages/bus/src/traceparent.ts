import { randomBytes } from 'node:crypto'

export const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** Whether a text is a `traceparent` of W3C Trace Context, level 1. */
export function isTraceparent(text: string): boolean {
  return traceparentPattern.test(text)
}

/** A new trace, not sampled unless OpenTelemetry decides so. */
export function newTraceparent(): string {
  const random = randomBytes(24).toString('hex')
  return `00-${random.slice(0, 32)}-${random.slice(32)}-00`
}
