import { definePlugin, type Health, Preparation } from '@caruso/kernel'
import { Storage } from '@caruso/storage/contract'
import { ModelerConfig } from './config.ts'
import { Objects } from './contract.ts'
import { declarationOf } from './declaration.ts'
import { EditedModel } from './edited-model.ts'
import { consumerOf } from './event-steps.ts'
import { ModelError } from './errors.ts'
import { Mistakes } from './mistake.ts'
import { Model } from './model.ts'
import { readModelFolder } from './model-folder.ts'
import { namesOf } from './names-of.ts'
import { ObjectHistory } from './object-history.ts'
import { ObjectReader } from './object-reader.ts'
import { ObjectWriter } from './object-writer.ts'
import { ComponentModels } from './versions/component-models.ts'

/** Milliseconds that a change of tables may take. */
const growthLimit = 3_600_000

export { ModelerConfig } from './config.ts'
export { ModelerError, ModelError } from './errors.ts'
export type { ModelerCode } from './errors.ts'
export type { Mistake } from './mistake.ts'

export default definePlugin({
  name: 'modeler',
  config: ModelerConfig,
  provides: { objects: Objects, preparation: Preparation },
  requires: { storage: Storage },
  async start({ config, storage, scope, log }) {
    const mistakes = new Mistakes()
    const files = await readModelFolder(config, mistakes)
    if (mistakes.list.length > 0) throw new ModelError(mistakes.list)
    const model = new Model(files, config, storage)
    const edited = new EditedModel(model, config, log, () => scope.call())
    await edited.check()
    scope.whenActive(() => edited.begin())
    scope.on(Storage, 'emitted', (_, call) => scope.emit(Objects, 'emitted', {}, call))
    scope.health(() => healthOf(model, edited))
    const reader = new ObjectReader(model, storage)
    const writer = new ObjectWriter(model, storage)
    const histories = new ObjectHistory(model, storage, reader)
    const components = new ComponentModels({ model, storage, source: config.source, call: () => scope.call({ timeout: growthLimit }) })
    return {
      preparation: { prepare: async (asked) => await components.prepare(asked) },
      objects: {
        get: (request, call) => reader.get(request, call),
        find: (request, call) => reader.find(request, call),
        search: (request, call) => reader.search(request, call),
        count: (request, call) => reader.count(request, call),
        aggregate: (request, call) => reader.aggregate(request, call),
        stream: (request, call) => reader.stream(request, call),
        export: (request, call) => reader.export(request, call),
        commit: async (commit, call) => ({ results: await writer.commit(commit, call) }),
        events: ({ of, consumer, ...asked }, call) => {
          model.topics.require('consume', asked.topics, call.caller)
          return storage.events({ source: model.get(of).source, consumer: consumerOf(consumer, call), ...asked }, call)
        },
        acknowledge: ({ of, consumer, seq }, call) => storage.acknowledge({ source: model.get(of).source, consumer: consumerOf(consumer, call), seq }, call),
        history: (request, call) => histories.history(request, call),
        past: (request, call) => histories.past(request, call),
        declare: ({ definitions, mapping }, call) => {
          const { component } = call.caller
          // Of what it needs is known what it was built with, and what the version beside it was.
          if (!components.has(component)) model.declare(declarationOf(definitions, mapping, component))
          return {}
        },
        classes: () => ({ classes: [...model.classes].map(({ name, source, table, readonly }) => ({ name, source, table, ...(readonly === undefined ? {} : { readonly }), ...reasonOf(model, name) })) }),
        names: () => namesOf(model),
      },
    }
  },
})

function healthOf(model: Model, edited: EditedModel): Health {
  if (edited.problem !== undefined) return { ok: false, detail: `its files are not taken in: ${edited.problem}` }
  if (model.lasting.length > 0) return { ok: true, detail: `the files of these policies are gone, which hold on until the modeler is started anew or exchanged: ${model.lasting.join(', ')}` }
  const unusable = [...model.classes].filter(({ name }) => model.unusable(name) !== undefined)
  return { ok: unusable.length === 0, detail: unusable.length === 0 ? `${[...model.classes].length} classes` : `cannot be used: ${unusable.map(({ name }) => name).join(', ')}` }
}

function reasonOf(model: Model, name: string): { readonly unusable?: string } {
  const unusable = model.unusable(name)
  return unusable === undefined ? {} : { unusable }
}
