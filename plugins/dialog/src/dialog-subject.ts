import type { Values } from './engine/values.ts'
import type { Script, Value } from './script.ts'

/** What a dialog is about: the class and the key of an object, as durable events name it too. */
export interface DialogSubject {
  readonly class: string
  readonly key: string
}

/** The object that the script says it is about, once it is known. */
export function subjectOf({ subject, types }: Script, known: Values, keyNames: Readonly<Record<string, readonly string[]>>): DialogSubject | undefined {
  const type = subject === undefined ? undefined : types[subject]
  const object = subject === undefined ? undefined : known[subject]
  if (typeof type !== 'object' || !('object' in type) || typeof object !== 'object' || object === null) return undefined
  const parts = (keyNames[type.object] ?? []).map((name) => (object as { readonly [name: string]: Value })[name] ?? null)
  const [only] = parts
  if (only === undefined || parts.includes(null)) return undefined
  return { class: type.object, key: parts.length === 1 && typeof only !== 'object' ? String(only) : JSON.stringify(parts) }
}
