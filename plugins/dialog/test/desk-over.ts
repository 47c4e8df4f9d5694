import type { Client } from '@caruso/contract'
import type { Objects } from '@caruso/modeler/contract'
import { DialogDesk } from '../src/dialog-desk.ts'
import { DialogStore } from '../src/dialog-store.ts'
import { FolderLibrary } from '../src/folder-library.ts'
import { Lookouts } from '../src/lookouts.ts'
import { ownTexts } from '../src/own-texts.ts'
import type { Running } from './running.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Another desk over the same dialogs, as a version that runs beside has one. */
export async function deskOver(objects: Client<typeof Objects>, { folder, call }: Running): Promise<{ readonly desk: DialogDesk; readonly store: DialogStore }> {
  const library = new FolderLibrary(folder, async (asked) => await objects.names({}, asked), log)
  await library.read(call())
  const store = new DialogStore(objects, () => library.names.keys)
  const desk = new DialogDesk({ store, lookouts: new Lookouts(objects, { current: undefined }, () => ({}), log), library: () => library.current, names: async (asked) => await objects.names({}, asked), texts: await ownTexts(), now: () => new Date(), changed: () => undefined })
  return { desk, store }
}
