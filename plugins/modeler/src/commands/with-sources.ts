import { CarusoError, type Call, type CommandContext } from '@caruso/contract'
import { Storage } from '@caruso/storage/contract'
import type { BusinessClass } from '../business-class.ts'
import { ModelError } from '../errors.ts'
import { ModelJournal } from '../migrate/journal.ts'
import { ModelSource } from '../migrate/model-source.ts'
import { eachOnce, type Form } from '../versions/form.ts'
import { mergedForms } from '../versions/merged-forms.ts'
import { linkedFiles } from './linked-files.ts'
import { modelerIn, type ModelPlace } from './modeler-in.ts'

const patience = 3_600_000

/** Works with each data source of the assembly's classes, or with one. @throws ModelError where the files have mistakes */
export async function withSources<T>(context: CommandContext, only: string | undefined, work: (source: ModelSource) => Promise<T>): Promise<T[]> {
  const place = await modelerIn(context)
  const classes = await classesIn(place, [])
  return await context.alone(Storage, async (storage, call) => {
    const asked = (): Call => call(patience, ['storage.alter'])
    const { sources } = await storage.sources({}, asked())
    const names = only === undefined ? [...new Set([...classes.values()].map(({ source }) => source))].toSorted() : [only]
    const results: T[] = []
    for (const name of names) {
      const kind = sources.find((source) => source.name === name)?.kind
      if (kind === undefined) throw new CarusoError('USAGE', `Looked for data source ${JSON.stringify(name)}: the storage has ${sources.map((source) => source.name).join(', ') || 'none'}`)
      const forms = eachOnce(await ModelJournal.formsIn(storage, name, asked))
      results.push(await work(new ModelSource(name, kind, { classes: forms.length === 0 ? classes : await classesIn(place, forms), forms }, { storage, call: asked })))
    }
    return results
  })
}

async function classesIn(place: ModelPlace, forms: readonly Form[]): Promise<ReadonlyMap<string, BusinessClass>> {
  const { classes, mistakes } = await linkedFiles(place, mergedForms(forms))
  if (mistakes.length > 0) throw new ModelError(mistakes)
  return classes
}
