// One version of TypeBox for the framework and its plugins. What is published carries it (scripts/bundle.ts), because
// loading its seven hundred files costs a third of a second and twenty megabytes in every process.
import { Settings } from 'typebox/system'

// Eight, as it has it, are the mistakes of the first two alternatives where the third is meant.
Settings.Set({ maxErrors: 500 })

export { default as Type } from 'typebox'
export type { Static, TSchema } from 'typebox'
export { Compile } from 'typebox/compile'
export { Value } from 'typebox/value'
