import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A random token of 192 bits, safe in URLs and shells. */
export function createToken(): string {
  return randomBytes(24).toString('base64url')
}

/** Compares in a time that tells nothing about either token, their lengths included. */
export function sameToken(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
