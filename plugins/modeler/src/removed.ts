import type { Call } from '@caruso/contract'
import type { Filter } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { Classes } from './classes.ts'
import { ModelerError } from './errors.ts'
import { isPresent } from './kept.ts'
import type { RowCondition } from './row-condition.ts'

/** Whether removed objects are answered beside the others, or they alone. */
export type Removed = 'with' | 'only'

/** What lets somebody see and restore removed objects of a class that has no policy. */
export const removedPermission = 'objects.removed'

/** The condition that leaves removed objects out, or the others. */
export function presence({ kept }: BusinessClass, of: string, removed?: Removed): Filter[] {
  const present = isPresent(kept, of)
  if (present === undefined || removed === 'with') return []
  return [removed === 'only' ? { not: { term: present } } : { term: present }]
}

/** What holds for the rows that the caller sees; where removed objects are asked for, for those that the caller may remove. */
export function rowsOf(one: BusinessClass, classes: Classes, removed: Removed | undefined): RowCondition | undefined {
  const sight = classes.sight(one)
  return removed === undefined ? sight?.rows : sight?.rowsTo('remove')
}

/** @throws ModelerError `FORBIDDEN`, `REQUEST_INVALID` where removed objects are gone */
export function requireRemoved(one: BusinessClass, classes: Classes, tried: string, { caller }: Call): void {
  if (one.kept?.softDelete !== true) throw new ModelerError('REQUEST_INVALID', `${tried} of class "${one.name}": the class has no "softDelete", so what was removed is gone`)
  // Where there is a policy, it says of each object who may remove it.
  if (classes.sight(one) || caller.permissions.includes(removedPermission) || caller.grants.includes(removedPermission)) return
  throw new ModelerError('FORBIDDEN', `${tried} of class "${one.name}" by component "${caller.component}": the permission "${removedPermission}" is missing`)
}
