import { relative } from 'node:path'
import type { BusinessClass } from '../business-class.ts'
import { linkModel } from '../link-model.ts'
import { linkComputed } from '../link-computed.ts'
import { linkPolicies } from '../link-policies.ts'
import { linkRules } from '../link-rules.ts'
import { Mistakes, type Mistake } from '../mistake.ts'
import type { Declarations } from '../model.ts'
import { readModelFolder, type ModelFiles } from '../model-folder.ts'
import { linkTopics } from '../topic-policies.ts'
import type { ModelPlace } from './modeler-in.ts'

/** The files of an assembly's model, linked, with all mistakes by files relative to the assembly. */
export interface LinkedFiles {
  readonly files: ModelFiles
  readonly classes: ReadonlyMap<string, BusinessClass>
  readonly mistakes: readonly Mistake[]
}

/** @param brought the classes that components need, as data sources remember them */
export async function linkedFiles(place: ModelPlace, brought: Declarations['definitions'] = new Map()): Promise<LinkedFiles> {
  const mistakes = new Mistakes()
  const files = await readModelFolder(place, mistakes)
  const { classes, mistakes: between } = linkModel([...files.definitions, ...brought.values()], files.mappings, place)
  // A class that could not be read is missed by all others, which says nothing more.
  const found = mistakes.list.length > 0 ? mistakes.list : between.length > 0 ? between : mistakesAbout(files, classes, place.declared)
  return { files, classes, mistakes: found.map((one) => ({ ...one, file: relative(place.root, one.file) })) }
}

/** In what is said about classes that are right by themselves. */
function mistakesAbout({ definitions, policies, topics }: ModelFiles, classes: ReadonlyMap<string, BusinessClass>, declared: readonly string[]): readonly Mistake[] {
  const { computed, mistakes } = linkComputed(definitions, classes)
  return mistakes.length > 0 ? mistakes : [...linkPolicies(policies, classes, computed, declared).mistakes, ...linkTopics(topics).mistakes, ...linkRules(definitions, classes, computed).mistakes]
}
