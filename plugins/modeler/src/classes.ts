import type { Term } from '@caruso/expression'
import type { BusinessClass } from './business-class.ts'
import type { ClassSight } from './class-sight.ts'
import type { Computed } from './computed.ts'
import type { Rule } from './rule.ts'

/** The classes that paths lead to, and what of them is seen. */
export interface SeenClasses {
  /** @throws ModelerError `CLASS_UNKNOWN` */
  get(name: string): BusinessClass
  /** What the caller may see and do; undefined for everything, where the class has no policy. */
  sight(one: BusinessClass): ClassSight | undefined
  /** What is computed of its attributes. */
  computed(one: BusinessClass): ReadonlyMap<string, Computed>
}

/** The classes that there are, as those see them who make plans. */
export interface Classes extends SeenClasses {
  /** Another for other classes, and for callers who see other things of them. */
  readonly id: string
  /** @throws ModelerError `REQUEST_INVALID` for what is no condition over the class that a database can tell */
  condition(one: BusinessClass, source: string): Term
  /** What must hold between several attributes of each object. */
  rules(one: BusinessClass): readonly Rule[]
}
