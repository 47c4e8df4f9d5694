import { checkOf, deepFreeze, type TSchema, Value } from '@caruso/contract'
import { KernelError } from './errors.ts'

/**
 * The configuration of a component: what was given, with the schema's defaults where nothing was.
 *
 * @throws KernelError `CONFIG_INVALID` naming each place and what was expected there
 */
export function configure(component: string, schema: TSchema, given: unknown): unknown {
  const config = Value.Default(schema, Value.Clone(given ?? {}))
  const check = checkOf(schema)
  if (!check.accepts(config)) throw new KernelError('CONFIG_INVALID', `Configured component "${component}": ${check.explain(config)}`)
  return deepFreeze(config)
}
