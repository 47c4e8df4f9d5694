import { randomUUID } from 'node:crypto'

export const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** Whether a text is a `traceparent` of W3C Trace Context, level 1. */
export function isTraceparent(text: string): boolean {
  return traceparentPattern.test(text)
}

/** A new trace, not sampled unless OpenTelemetry decides so. */
export function newTraceparent(): string {
  // Node makes UUIDs from random bytes that it fetches by the thousand; fetching them for each call costs more than the call.
  const [trace, span] = [randomUUID(), randomUUID()]
  return `00-${trace.replaceAll('-', '')}-${span.slice(19, 23)}${span.slice(24)}-00`
}
