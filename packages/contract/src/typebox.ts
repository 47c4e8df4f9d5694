// One version of TypeBox for the framework and its plugins. What is published carries it (scripts/bundle.ts), because
// loading its seven hundred files costs a third of a second and twenty megabytes in every process.
import { Settings } from 'typebox/system'
import { Check, Clone, Default, Errors } from 'typebox/value'

// Eight, as it has it, are the mistakes of the first two alternatives where the third is meant.
Settings.Set({ maxErrors: 500 })

export { default as Type } from 'typebox'
export type { Static, TSchema } from 'typebox'
// The compiler of schemas alone: the other one brings with it what makes, mends and converts values.
export { Compile } from 'typebox/schema'

/** Of TypeBox's functions for values those that look at one; with the others each process would take longer to start. */
export const Value = { Check, Clone, Default, Errors }
