import type { Client } from '@caruso/contract'
import type { Objects } from '@caruso/modeler/contract'
import { expect, test } from 'vitest'
import { codeFrom } from '../../../test/failures.ts'
import { Expiry } from '../src/expiry.ts'
import { deskOver } from './desk-over.ts'
import { runDialogs, type Running } from './running.ts'

/** Dialogs that nobody went on with since long ago, by their ids in order. */
async function left(running: Running, count: number): Promise<readonly string[]> {
  const ids: string[] = []
  while (ids.length < count) ids.push((await running.dialogs.start({ script: 'debtor', channel: 'web', language: 'en' }, running.call())).dialog)
  for (const id of ids) await change(running, id, { changed: '2026-01-01T00:00:00Z' })
  await running.swap()
  return ids.toSorted()
}

async function change({ objects, call }: Running, id: string, set: Readonly<Record<string, string>>): Promise<void> {
  const seen = await objects.get({ class: 'Dialog', key: { id } }, call())
  await objects.commit({ changes: [{ update: 'Dialog', key: { id }, set, seen: seen.object ?? {} }] }, call())
}

async function statuses({ objects, call }: Running): Promise<Readonly<Record<string, unknown>>> {
  return Object.fromEntries((await objects.find({ class: 'Dialog' }, call())).objects.map(({ id, status }) => [id, status]))
}

async function expiryOver(objects: Client<typeof Objects>, running: Running): Promise<Expiry> {
  const { desk, store } = await deskOver(objects, running)
  return new Expiry(store, desk, { expireAfter: 120, suspendedFor: 30 })
}

test('a dialog that somebody goes on with after it was found idle does not expire', async () => {
  const running = await runDialogs()
  const [id = ''] = await left(running, 1)
  const goOn = async (): Promise<unknown> => await running.dialogs.answer({ dialog: id, seq: 0, text: '7' }, running.call())
  const objects: Client<typeof Objects> = {
    ...running.objects,
    find: async (request, call) => {
      const found = await running.objects.find(request, call)
      if (request.class === 'Dialog' && found.objects.length > 0) await goOn()
      return found
    },
  }
  await (await expiryOver(objects, running)).run(running.call())
  expect(await statuses(running)).toEqual({ [id]: 'running' })
})

test('a dialog that cannot be gone on with keeps no other from expiring', async () => {
  const running = await runDialogs()
  const [first = '', ...others] = await left(running, 3)
  await change(running, first, { edition: 'gone' })
  expect(await codeFrom((await expiryOver(running.objects, running)).run(running.call()))).toBe('SCRIPT_UNUSABLE')
  expect(await statuses(running)).toEqual({ [first]: 'running', ...Object.fromEntries(others.map((id) => [id, 'expired'])) })
})
