import type { BusinessClass } from './business-class.ts'
import { removedName, versionName } from './kept.ts'
import { leavesOf } from './stored.ts'

interface KeptMistake {
  readonly path: string
  readonly expected: string
  readonly found: string
}

/** What keeps a class from having its behaviours, beside the classes that come before it. */
export function keptMistakes(classes: ReadonlyMap<string, BusinessClass>, name: string): KeptMistake[] {
  const one = classes.get(name)
  if (!one?.kept) return []
  const { kept } = one
  const path = kept.history !== undefined ? 'history' : kept.softDelete ? 'softDelete' : 'locking'
  const found: KeptMistake[] = []
  if (one.readonly !== undefined) found.push({ path, expected: 'a class whose objects can be changed', found: `${name}, whose objects can only be read, for ${one.readonly}` })
  const taken = (word: string): boolean => one.attributes.has(word) || one.relations.has(word)
  if (kept.locking && taken(versionName)) found.push({ path: 'locking', expected: `the name of the attribute that counts changes, or no attribute "${versionName}"`, found: 'true' })
  if (kept.softDelete && taken(removedName)) found.push({ path: 'softDelete', expected: `no attribute and no relation "${removedName}", which says when an object was removed`, found: `"${removedName}"` })
  if (one.key.some(({ stored }) => leavesOf(stored).some(({ codec }) => codec.forms !== undefined))) found.push({ path, expected: 'a key that stands in its columns in one form only', found: 'one that may be filled up with blanks, or is written in several forms' })
  const other = [...classes.values()].find((before) => before !== one && before.kept?.state === kept.state && before.source === one.source)
  if (other) found.push({ path, expected: 'one class with history, locking or soft deletion for each table', found: `${other.name} over the same table "${one.table}"` })
  return found
}
