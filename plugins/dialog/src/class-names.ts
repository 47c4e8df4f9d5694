import type { OutputOf } from '@caruso/contract'
import type { Objects } from '@caruso/modeler/contract'

/** What expressions may name of business objects, and what their keys are made of. */
export type ClassNames = OutputOf<typeof Objects.operations.names>
