import { codeOf, type Call, type Client } from '@caruso/contract'
import type { Filter, Row, Step, Storage } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { authorOf, KeptChanges } from './kept-changes.ts'
import { KeptObject } from './kept-object.ts'
import { readKept, stateOfRow, statePlan } from './kept-objects.ts'
import { keyCondition, keyValues } from './key-condition.ts'

type Key = Readonly<Record<string, unknown>>

/**
 * The object as it is, removed or not, once what another application has done to it is recorded; undefined where it is
 * not there.
 */
export async function noticed(storage: Client<typeof Storage>, one: BusinessClass, key: Key, call: Call): Promise<KeptObject | undefined> {
  for (;;) {
    const objects = await readKept(storage, new Map([[one, [key]]]), undefined, call)
    const object = objects.get(one, key)
    const changes = new KeptChanges(objects, authorOf(call, undefined))
    const checks: Step[] = []
    if (object) changes.notice(object)
    else {
      const lost = await lostObject(storage, one, key, call)
      if (!lost) return undefined
      changes.lost(lost)
      checks.push({ check: one.table, where: { and: keyCondition(one, key, one.table, 'Read the history of an object') }, expect: 0 })
    }
    const steps = [...checks, ...changes.steps()]
    if (steps.length === 0 || (await isDone(storage, one.source, steps, call))) return object
  }
}

/** An object of which there is nothing but its state. */
async function lostObject(storage: Client<typeof Storage>, one: BusinessClass, key: Key, call: Call): Promise<KeptObject | undefined> {
  if (!one.kept) return undefined
  const where: Filter[] = keyCondition(one, key, '^', 'Read the history of an object')
  const rows: readonly Row[] = (await storage.query(statePlan(one, one.kept, { and: where }), call)).rows
  const [row] = rows
  return row && new KeptObject(one, keyValues(one, key, 'Read the history of an object'), {}, stateOfRow(one, row))
}

/** Whether nobody has changed the object meanwhile. */
async function isDone(storage: Client<typeof Storage>, source: string, steps: readonly Step[], call: Call): Promise<boolean> {
  try {
    await storage.transact({ source, steps }, call)
    return true
  } catch (error) {
    if (codeOf(error) === 'ROW_COUNT_MISMATCH' || codeOf(error) === 'UNIQUE_VIOLATION') return false
    throw error
  }
}
