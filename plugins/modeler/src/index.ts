import { messageOf } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { Storage } from '@caruso/storage/contract'
import { ModelerConfig } from './config.ts'
import { Objects } from './contract.ts'
import { declarationOf } from './declaration.ts'
import { ModelError } from './errors.ts'
import { Mistakes } from './mistake.ts'
import { Model } from './model.ts'
import { readModelFolder } from './model-folder.ts'
import { ObjectReader } from './object-reader.ts'
import { ObjectWriter } from './object-writer.ts'

export { ModelerConfig } from './config.ts'
export { ModelerError, ModelError } from './errors.ts'
export type { ModelerCode } from './errors.ts'
export type { Mistake } from './mistake.ts'

export default definePlugin({
  name: 'modeler',
  config: ModelerConfig,
  provides: { objects: Objects },
  requires: { storage: Storage },
  async start({ config, storage, scope, log }) {
    const mistakes = new Mistakes()
    const files = await readModelFolder(config, mistakes)
    if (mistakes.list.length > 0) throw new ModelError(mistakes.list)
    const model = new Model(files, config, storage)
    for (const one of model.classes) {
      try {
        await model.check(one, scope.call())
      } catch (error) {
        // The others stay usable; whoever uses this one is told the same, once its tables were looked for again.
        log.warn({ class: one.name }, `Class "${one.name}" cannot be used: ${model.unusable(one.name) ?? messageOf(error)}`)
      }
    }
    scope.health(() => {
      const unusable = [...model.classes].filter(({ name }) => model.unusable(name) !== undefined)
      return { ok: unusable.length === 0, detail: unusable.length === 0 ? `${[...model.classes].length} classes` : `cannot be used: ${unusable.map(({ name }) => name).join(', ')}` }
    })
    const reader = new ObjectReader(model, storage)
    const writer = new ObjectWriter(model, storage)
    return {
      objects: {
        get: (request, call) => reader.get(request, call),
        find: (request, call) => reader.find(request, call),
        search: (request, call) => reader.search(request, call),
        count: (request, call) => reader.count(request, call),
        aggregate: (request, call) => reader.aggregate(request, call),
        stream: (request, call) => reader.stream(request, call),
        export: (request, call) => reader.export(request, call),
        commit: async ({ changes, reason }, call) => ({ results: await writer.commit(changes, reason, call) }),
        declare: ({ definitions, mapping }, call) => {
          model.declare(declarationOf(definitions, mapping, call.caller.component))
          return {}
        },
        classes: () => ({ classes: [...model.classes].map(({ name, source, table, readonly }) => ({ name, source, table, ...(readonly === undefined ? {} : { readonly }), ...reasonOf(model, name) })) }),
      },
    }
  },
})

function reasonOf(model: Model, name: string): { readonly unusable?: string } {
  const unusable = model.unusable(name)
  return unusable === undefined ? {} : { unusable }
}
