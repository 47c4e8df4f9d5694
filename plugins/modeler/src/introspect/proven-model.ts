import { codeOf, messageOf } from '@caruso/contract'
import type { TableDescription } from '@caruso/storage/contract'
import type { BusinessClass } from '../business-class.ts'
import { checkMappingFile, checkModelFile } from '../check-schema.ts'
import { ModelError } from '../errors.ts'
import { Mistakes } from '../mistake.ts'
import { Model } from '../model.ts'
import type { ModelFiles } from '../model-folder.ts'
import type { MappingDefinition } from '../mapping-schema.ts'
import type { ModelDefinition } from '../model-schema.ts'
import { ObjectReader } from '../object-reader.ts'
import { leavesOf } from '../stored.ts'
import { readYaml } from '../yaml-file.ts'
import { describedModel, type DescribedFiles, type DescribedModel, type DescribeOptions, type Unmapped } from './described-model.ts'
import { sampleRows, type SampleOptions } from './sampled.ts'

/**
 * A described model of which some objects of every class were read: a column with values that are none of what it
 * seemed to hold is kept as text.
 */
export async function provenModel(tables: readonly TableDescription[], options: DescribeOptions, read: SampleOptions): Promise<DescribedModel> {
  const mixed = new Map<string, Set<string>>()
  for (;;) {
    const described = describedModel(tables, { ...options, mixed })
    const problems = await brokenColumns(described, options.source, mixed, read)
    if (problems === undefined) continue
    return { ...described, unmapped: [...described.unmapped, ...problems] }
  }
}

/** What cannot be read and cannot be text either; undefined where columns were found that have to be text. */
async function brokenColumns({ classes }: DescribedModel, source: string, mixed: Map<string, Set<string>>, { storage, call, tell }: SampleOptions): Promise<Unmapped[] | undefined> {
  const model = new Model(filesOf(classes), { source, declared: [] }, storage)
  const reader = new ObjectReader(model, storage)
  const problems: Unmapped[] = []
  let isText = true
  for (const { class: name, table } of classes) {
    tell(`objects of ${name}`)
    try {
      await reader.find({ class: name, limit: sampleRows }, call())
    } catch (error) {
      const column = codeOf(error) === 'OBJECT_BROKEN' ? columnIn(model.get(name), error) : undefined
      const known = mixed.get(table) ?? new Set()
      if (column === undefined || known.has(column)) problems.push({ table, why: codeOf(error) === 'OBJECT_BROKEN' ? `some of its rows are no objects of ${name}` : messageOf(error) })
      else {
        mixed.set(table, known.add(column))
        isText = false
      }
    }
  }
  return isText ? problems : undefined
}

function columnIn({ attributes }: BusinessClass, error: unknown): string | undefined {
  const details: unknown = typeof error === 'object' && error !== null && 'details' in error ? error.details : undefined
  const path = typeof details === 'object' && details !== null && 'attribute' in details ? details.attribute : undefined
  const found = [...attributes.values()].find(({ name }) => typeof path === 'string' && (path === name || path.startsWith(`${name}.`)))
  return found === undefined || found.definition.type === 'reference' ? undefined : leavesOf(found.stored).find((leaf) => leaf.path === path)?.column
}

/** The files as the modeler would read them; a mistake in them is one of ours. */
function filesOf(classes: readonly DescribedFiles[]): ModelFiles {
  const mistakes = new Mistakes()
  const parse = (text: string, file: string, check: typeof checkModelFile): ReturnType<typeof readYaml> => {
    const read = readYaml(file, text, mistakes)
    return read && check(read.value, read.origin, mistakes) ? read : undefined
  }
  const files = {
    definitions: classes.flatMap((one) => parse(one.model, `model of ${one.class}`, checkModelFile) ?? []).map(({ value, origin }) => ({ value: value as ModelDefinition, origin })),
    mappings: classes.flatMap((one) => parse(one.mapping, `mapping of ${one.class}`, checkMappingFile) ?? []).map(({ value, origin }) => ({ value: value as MappingDefinition, origin })),
    policies: [],
    topics: [],
  }
  if (mistakes.list.length > 0) throw new ModelError(mistakes.list)
  return files
}
