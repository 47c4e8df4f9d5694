import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import type { ComputedByClass } from './link-computed.ts'

/** The classes as conditions of policies, rules and formulas see them: without policies. */
export function everythingOf(classes: ReadonlyMap<string, BusinessClass>, computed: ComputedByClass): SeenClasses {
  return { get: (name) => classOf(classes, name), sight: () => undefined, computed: ({ name }) => computed.get(name) ?? new Map() }
}

function classOf(classes: ReadonlyMap<string, BusinessClass>, name: string): BusinessClass {
  const found = classes.get(name)
  if (found) return found
  throw new TypeError(`class "${name}" comes from code and is not there yet`)
}
