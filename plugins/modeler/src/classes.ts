import type { Term } from '@caruso/expression'
import type { BusinessClass } from './business-class.ts'

/** The classes that there are, as those see them who make plans. */
export interface Classes {
  /** @throws ModelerError `CLASS_UNKNOWN` */
  get(name: string): BusinessClass
  /** @throws ModelerError `REQUEST_INVALID` for what is no condition over the class that a database can tell */
  condition(one: BusinessClass, source: string): Term
}
