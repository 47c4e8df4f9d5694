import type { Call } from '@caruso/contract'
import { Pages } from '@caruso/gateway/contract'
import { definePlugin, optional } from '@caruso/kernel'
import { modelOf, Objects } from '@caruso/modeler/contract'
import { DialogConfig } from './config.ts'
import { Dialogs, Requests } from './contract.ts'
import { DialogDesk } from './dialog-desk.ts'
import { loadDialogPage } from './dialog-page.ts'
import { DialogStore } from './dialog-store.ts'
import { Expiry } from './expiry.ts'
import { FolderLibrary } from './folder-library.ts'
import { leading } from './leading.ts'
import { Lookouts } from './lookouts.ts'
import { DialogEdition, DialogInput, DialogObject } from './objects.ts'
import { ownTexts } from './own-texts.ts'
import { problemsIn } from './problems-in.ts'
import { scriptsIn } from './scripts-in.ts'
import { transcriptOf } from './transcript.ts'

export { DialogConfig } from './config.ts'
export { DialogError } from './errors.ts'
export type { DialogCode } from './errors.ts'

export default definePlugin({
  name: 'dialog',
  config: DialogConfig,
  provides: { dialogs: Dialogs, pages: Pages },
  requires: { objects: Objects, requests: optional(Requests) },
  needs: { objects: modelOf(DialogObject, DialogInput, DialogEdition) },
  async start({ config, objects, requests, scope, log }) {
    const library = new FolderLibrary(config.dialogs, (call) => objects.names({}, call), log)
    await library.read(scope.call())
    const texts = await ownTexts()
    const page = await loadDialogPage(texts)
    const store = new DialogStore(objects, () => library.names.keys)
    const desk = new DialogDesk({
      store,
      lookouts: new Lookouts(objects, requests, (action) => library.current.actions[action]?.answer ?? {}, log),
      library: () => library.current,
      names: (call) => objects.names({}, call),
      texts,
      now: () => new Date(),
      changed: ({ dialog, seq, view }, call) => scope.emit(Dialogs, 'changed', { dialog, seq, status: view.status }, call),
    })
    // What a dialog looks up and keeps, its script decides, not who leads it: so it is the component that asks, on their behalf.
    const own = ({ caller, trace, deadline }: Call): Call => scope.call({ as: caller.identity, trace, timeout: Math.max(1, deadline - Date.now()) })
    scope.health(() => library.health)
    scope.whenActive((active) => {
      active.every(1_000, () => library.read(scope.call()))
      active.every(60_000, () => new Expiry(store, desk, config).run(scope.call({ timeout: 60_000 })))
    })
    return {
      pages: { get: (request) => page.get(request) },
      dialogs: {
        ...leading(desk, own),
        scripts: ({ language }) => ({ scripts: scriptsIn(library.current, language ?? 'en') }),
        transcript: async ({ dialog, language }, call) => transcriptOf(await desk.kept(dialog, own(call)), language),
        check: async ({ text }, call) => ({ problems: problemsIn(text, library.current, await objects.names({}, call)) }),
      },
    }
  },
})
