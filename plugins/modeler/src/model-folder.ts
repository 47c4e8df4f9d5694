import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '@caruso/contract'
import { checkMappingFile, checkModelFile } from './check-schema.ts'
import type { Written } from './draft.ts'
import type { Mistakes } from './mistake.ts'
import type { MappingDefinition } from './mapping-schema.ts'
import type { ModelDefinition } from './model-schema.ts'
import { readYaml } from './yaml-file.ts'

/** What the files of an assembly say of its classes. */
export interface ModelFiles {
  readonly definitions: readonly Written<ModelDefinition>[]
  readonly mappings: readonly Written<MappingDefinition>[]
}

/** Reads the files; a folder that is not there has none. What is wrong with one is told among the mistakes. */
export async function readModelFolder(folders: { readonly model: string; readonly mapping: string }, mistakes: Mistakes): Promise<ModelFiles> {
  return {
    definitions: await readAll<ModelDefinition>(folders.model, checkModelFile, mistakes),
    mappings: await readAll<MappingDefinition>(folders.mapping, checkMappingFile, mistakes),
  }
}

async function readAll<T>(folder: string, check: typeof checkModelFile, mistakes: Mistakes): Promise<Written<T>[]> {
  const files = await Promise.all((await filesIn(folder)).map(async (name) => ({ file: join(folder, name), text: await readFile(join(folder, name), 'utf8') })))
  return files.flatMap(({ file, text }) => {
    const read = readYaml(file, text, mistakes)
    return read && check(read.value, read.origin, mistakes) ? [{ value: read.value as T, origin: read.origin }] : []
  })
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder, { recursive: true })).filter((name) => /\.ya?ml$/.test(name)).toSorted()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
