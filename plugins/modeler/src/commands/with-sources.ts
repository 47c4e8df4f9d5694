import { CarusoError, type Call, type CommandContext } from '@caruso/contract'
import { Storage } from '@caruso/storage/contract'
import { ModelError } from '../errors.ts'
import { ModelSource } from '../migrate/model-source.ts'
import { linkedFiles } from './linked-files.ts'
import { modelerIn } from './modeler-in.ts'

const patience = 3_600_000

/** Works with each data source of the assembly's classes, or with one. @throws ModelError where the files have mistakes */
export async function withSources<T>(context: CommandContext, only: string | undefined, work: (source: ModelSource) => Promise<T>): Promise<T[]> {
  const { classes, mistakes } = await linkedFiles(await modelerIn(context))
  if (mistakes.length > 0) throw new ModelError(mistakes)
  return await context.alone(Storage, async (storage, call) => {
    const asked = (): Call => call(patience, ['storage.alter'])
    const { sources } = await storage.sources({}, asked())
    const names = only === undefined ? [...new Set([...classes.values()].map(({ source }) => source))].toSorted() : [only]
    const results: T[] = []
    for (const name of names) {
      const kind = sources.find((source) => source.name === name)?.kind
      if (kind === undefined) throw new CarusoError('USAGE', `Looked for data source ${JSON.stringify(name)}: the storage has ${sources.map((source) => source.name).join(', ') || 'none'}`)
      results.push(await work(new ModelSource(name, kind, classes, { storage, call: asked })))
    }
    return results
  })
}
