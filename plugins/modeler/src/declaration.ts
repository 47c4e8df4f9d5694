import { checkMappingFile, checkModelFile } from './check-schema.ts'
import { ModelError } from './errors.ts'
import { Mistakes, type Origin } from './mistake.ts'
import type { MappingDefinition } from './mapping-schema.ts'
import type { Declaration } from './model.ts'
import type { ModelDefinition } from './model-schema.ts'

/**
 * What a component declares, and the name under which it takes the place of what was declared before.
 *
 * @throws ModelError with every mistake
 */
export function declarationOf(definitions: readonly unknown[], mapping: unknown, component: string): [name: string, declaration: Declaration] {
  const mistakes = new Mistakes()
  const origin: Origin = { file: `component ${component}`, at: () => ({ line: 0, column: 0 }) }
  for (const definition of definitions) checkModelFile(definition, origin, mistakes)
  if (mapping !== undefined) checkMappingFile(mapping, origin, mistakes)
  if (mistakes.list.length > 0) throw new ModelError(mistakes.list)
  const written = (definitions as readonly ModelDefinition[]).map((value) => ({ value, origin }))
  const name = written.map(({ value }) => ('class' in value ? value.class : 'extend' in value ? `${component} ${value.extend}` : value.value)).at(-1) ?? ''
  return [name, { definitions: written, mapping: mapping === undefined ? undefined : { value: mapping as MappingDefinition, origin } }]
}
