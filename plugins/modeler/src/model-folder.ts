import { isUtf8 } from 'node:buffer'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { codeOf } from '@caruso/contract'
import { whyUnreadable } from '@caruso/kernel'
import { checkMappingFile, checkModelFile, checkPolicyFile } from './check-schema.ts'
import type { Written } from './draft.ts'
import { ModelerError } from './errors.ts'
import type { Mistakes } from './mistake.ts'
import type { MappingDefinition } from './mapping-schema.ts'
import type { ModelDefinition } from './model-schema.ts'
import type { PolicyDefinition, TopicPolicyDefinition } from './policy-schema.ts'
import { readYaml } from './yaml-file.ts'

/** What the files of an assembly say of its classes. */
export interface ModelFiles {
  readonly definitions: readonly Written<ModelDefinition>[]
  readonly mappings: readonly Written<MappingDefinition>[]
  readonly policies: readonly Written<PolicyDefinition>[]
  /** Those of durable events. */
  readonly topics: readonly Written<TopicPolicyDefinition>[]
}

/** Where they are. */
export interface ModelFolders {
  readonly model: string
  readonly mapping: string
  readonly policies: string
}

/**
 * Reads the files; a folder that is not there has none. What is wrong with one is told among the mistakes.
 *
 * @throws ModelerError `MODEL_INVALID` where files may not be read
 */
export async function readModelFolder(folders: ModelFolders, mistakes: Mistakes): Promise<ModelFiles> {
  const policies = await readAll<PolicyDefinition | TopicPolicyDefinition>(folders.policies, checkPolicyFile, mistakes)
  return {
    definitions: await readAll<ModelDefinition>(folders.model, checkModelFile, mistakes),
    mappings: await readAll<MappingDefinition>(folders.mapping, checkMappingFile, mistakes),
    policies: policies.flatMap(({ value, origin }) => ('class' in value ? [{ value, origin }] : [])),
    topics: policies.flatMap(({ value, origin }) => ('topic' in value ? [{ value, origin }] : [])),
  }
}

async function readAll<T>(folder: string, check: typeof checkModelFile, mistakes: Mistakes): Promise<Written<T>[]> {
  const texts = await textsIn(folder)
  return texts.flatMap(({ file, bytes }) => {
    if (!isUtf8(bytes)) {
      mistakes.list.push({ file, line: 1, column: 1, place: '', expected: 'a text in UTF-8', found: 'another encoding' })
      return []
    }
    const read = readYaml(file, bytes.toString('utf8'), mistakes)
    return read && check(read.value, read.origin, mistakes) ? [{ value: read.value as T, origin: read.origin }] : []
  })
}

async function textsIn(folder: string): Promise<{ readonly file: string; readonly bytes: Buffer }[]> {
  try {
    // What editors put beside an open file is hidden, and may be a link that leads nowhere.
    const names = (await readdir(folder, { recursive: true })).filter((name) => /\.ya?ml$/i.test(name) && !basename(name).startsWith('.')).toSorted()
    return await Promise.all(names.map(async (name) => ({ file: join(folder, name), bytes: await readFile(join(folder, name)) })))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && !existsSync(folder)) return []
    throw new ModelerError('MODEL_INVALID', `Read the files in "${folder}": ${whyUnreadable(error, folder)}`, { cause: error })
  }
}
