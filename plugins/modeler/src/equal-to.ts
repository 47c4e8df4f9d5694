import type { Filter, Value } from '@caruso/storage/contract'
import { columnOf, equals } from './column-of.ts'
import type { Leaf } from './stored.ts'

/** The condition that a column holds a value, in whichever of the forms that it may stand there; undefined for what is none. */
export function equalTo(leaf: Leaf, of: string, value: unknown): Filter | undefined {
  const stored = value === null ? null : leaf.codec.encode(value)
  if (stored === undefined) return undefined
  const forms = stored === null ? undefined : leaf.codec.forms?.(value)
  return forms === undefined ? equals(leaf, of, stored) : { ...columnOf(leaf, of), in: [...forms] }
}

/** What a column may hold for a value; undefined for what is none. */
export function formsOf({ codec }: Leaf, value: unknown): readonly Value[] | undefined {
  const stored = codec.encode(value)
  return stored === undefined ? undefined : (codec.forms?.(value) ?? [stored])
}
