import type { Attributes } from '@caruso/expression'
import type { Related } from '../script.ts'
import type { Needs } from './paths.ts'

/** Of the ways from an object, those over relations: values with parts come with the object itself. */
export function relatedOf(className: string, needs: Needs, classes: Readonly<Record<string, Attributes>>): Related {
  const related: Record<string, { readonly with: Related }> = {}
  for (const [name, inner] of Object.entries(needs)) {
    const type = classes[className]?.[name]
    if (typeof type !== 'object' || 'list' in type) continue
    const target = 'object' in type ? type.object : type.many
    if (target !== `${className}.${name}`) related[name] = { with: relatedOf(target, inner, classes) }
  }
  return related
}
