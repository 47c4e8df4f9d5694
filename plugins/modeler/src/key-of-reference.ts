import type { Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { keyValues } from './key-condition.ts'

/** The columns of the key of an object that a reference leads to: it holds the value of a key of one attribute, else the key. */
export function keyOfReference(target: BusinessClass, value: unknown): Value[] {
  const [only] = target.key
  const key = target.key.length === 1 && only?.stored.kind === 'leaf' ? { [only.name]: value } : typeof value === 'object' && value !== null ? { ...value } : {}
  return keyValues(target, key, 'Followed a reference')
}
