/** The types of single values. */
export type Scalar = 'text' | 'number' | 'boolean' | 'date' | 'time' | 'instant' | 'duration'

/** What a name stands for: one value, a list of values, an object of a class, or the many objects of a class that it is related to. */
export type Type = Scalar | { readonly list: Scalar } | { readonly object: string } | { readonly many: string }

/** Types by the names of attributes. */
export type Attributes = Readonly<Record<string, Type>>

/** What an expression may name: the names that it begins with, and the attributes of each class that these lead to. */
export interface Schema {
  readonly names: Attributes
  readonly classes?: Readonly<Record<string, Attributes>>
}

export const scalars: readonly Scalar[] = ['text', 'number', 'boolean', 'date', 'time', 'instant', 'duration']

/** The type in words for errors. */
export function typeName(type: Type): string {
  if (typeof type === 'string') return type
  if ('list' in type) return `list of ${type.list}`
  return 'object' in type ? type.object : `many ${type.many}`
}

export function sameType(a: Type, b: Type): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && typeName(a) === typeName(b))
}
