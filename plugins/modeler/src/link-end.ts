import type { KeyReference } from '@caruso/storage/contract'
import type { BusinessClass, Relation } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import { attributesOf, type KeptObject } from './kept-object.ts'
import type { KeptObjects } from './kept-objects.ts'
import { isKeyOf } from './object-values.ts'
import type { CheckedKey } from './policy-check.ts'
import { otherEnd } from './path-resolver.ts'

/** An object at one end of a link, and the name under which its class knows the other. */
export interface LinkEnd {
  readonly object: KeptObject
  readonly relation: string
  /** The key of the other as its history keeps it. */
  readonly other: string | KeyReference | null
}

/** The ends of a link whose objects have a history. */
export function linkEnds(one: BusinessClass, relation: Relation, [near, far]: readonly [CheckedKey, CheckedKey], objects: KeptObjects, classes: SeenClasses): LinkEnd[] {
  const target = classes.get(relation.target)
  const back = otherEnd(classes, one, relation).find((name) => target.relations.get(name)?.link?.reversed !== relation.link?.reversed)
  return [
    ...endOf(one, near, relation.name, keptKey(target, far), objects),
    ...(back === undefined ? [] : endOf(target, far, back, keptKey(one, near), objects)),
  ]
}

function endOf(one: BusinessClass, key: CheckedKey, relation: string, other: LinkEnd['other'], objects: KeptObjects): LinkEnd[] {
  const object = one.kept?.history === undefined ? undefined : objects.at(one, key)
  return object ? [{ object, relation, other }] : []
}

/** A key that the database makes is a number, and so JSON by itself; one that holds it among others is not known. */
function keptKey(one: BusinessClass, key: CheckedKey): LinkEnd['other'] {
  const [only] = key
  if (key.length === 1 && isKeyOf(only)) return only
  const row = one.keyLeaves.flatMap(({ path }, index) => (isKeyOf(key[index]) ? [] : [[path, key[index] ?? null] as const]))
  return row.length < key.length ? null : JSON.stringify(attributesOf(one, Object.fromEntries(row)))
}

/** The key of the object at the other end, as an entry of the history keeps it. */
export function keyAtOtherEnd({ key }: BusinessClass, kept: unknown): Readonly<Record<string, unknown>> | null {
  const [only] = key
  if (typeof kept === 'object') return kept && { ...kept }
  return only ? { [only.name]: kept } : null
}
