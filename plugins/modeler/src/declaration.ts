import { checkMappingFile, checkModelFile } from './check-schema.ts'
import { ModelError } from './errors.ts'
import { Mistakes, type Origin } from './mistake.ts'
import type { MappingDefinition } from './mapping-schema.ts'
import type { Declarations } from './model.ts'
import type { ModelDefinition } from './model-schema.ts'
import { titleOf } from './versions/form.ts'

/**
 * What a component declares.
 *
 * @throws ModelError with every mistake
 */
export function declarationOf(definitions: readonly unknown[], mapping: unknown, component: string): Declarations {
  const mistakes = new Mistakes()
  const origin = originOf(component)
  for (const definition of definitions) checkModelFile(definition, origin, mistakes)
  if (mapping !== undefined) checkMappingFile(mapping, origin, mistakes)
  if (mistakes.list.length > 0) throw new ModelError(mistakes.list)
  const written = (definitions as readonly ModelDefinition[]).map((value) => [titleOf(value, component), { value, origin }] as const)
  const mapped = mapping === undefined ? [] : [mapping as MappingDefinition]
  return { definitions: new Map(written), mappings: new Map(mapped.map((value) => [value.class, { value, origin }])) }
}

/** Where what a component declares stands, in messages. */
export function originOf(component: string): Origin {
  return { file: `component ${component}`, at: () => ({ line: 0, column: 0 }) }
}
