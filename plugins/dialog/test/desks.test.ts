import { expect, test } from 'vitest'
import { Expiry } from '../src/expiry.ts'
import { deskOver } from './desk-over.ts'
import { runDialogs } from './running.ts'

test('a dialog that another desk has gone on with goes on at this one', async () => {
  const running = await runDialogs()
  const { dialogs, call } = running
  const { dialog, seq } = await dialogs.start({ script: 'debtor', channel: 'web', language: 'en' }, call())
  const { desk } = await deskOver(running.objects, running)
  await desk.get(dialog, call())
  const after = await dialogs.help({ dialog, seq }, call())
  const here = await desk.take(dialog, after.seq, { kind: 'help' }, call())
  expect(here.seq).toBe(after.seq + 1)
  const there = await dialogs.help({ dialog, seq: here.seq }, call())
  expect((await desk.suspend(dialog, there.seq, true, call())).view.status).toBe('suspended')
})

test('who looks at a dialog sees what another desk has made of it', async () => {
  const running = await runDialogs()
  const { dialogs, call } = running
  const { dialog, seq } = await dialogs.start({ script: 'debtor', channel: 'web', language: 'en' }, call())
  const { desk } = await deskOver(running.objects, running)
  await desk.take(dialog, seq, { kind: 'help' }, call())
  const there = await dialogs.help({ dialog, seq: seq + 1 }, call())
  expect((await desk.get(dialog, call())).seq).toBe(there.seq)
  expect((await desk.kept(dialog, call())).seq).toBe(there.seq)
})

test('a dialog that another desk has laid aside or taken up again is so at this one', async () => {
  const running = await runDialogs()
  const { dialogs, call } = running
  const { dialog, seq } = await dialogs.start({ script: 'debtor', channel: 'web', language: 'en' }, call())
  const { desk } = await deskOver(running.objects, running)
  await desk.get(dialog, call())
  await dialogs.suspend({ dialog, seq }, call())
  expect((await desk.suspend(dialog, seq, false, call())).view.status).toBe('asking')
  await dialogs.suspend({ dialog, seq }, call())
  await desk.get(dialog, call())
  await dialogs.resume({ dialog, seq }, call())
  expect((await desk.take(dialog, seq, { kind: 'help' }, call())).seq).toBe(seq + 1)
})

test('a dialog that another desk has gone on with expires at this one', async () => {
  const running = await runDialogs()
  const { dialogs, call } = running
  const { dialog, seq } = await dialogs.start({ script: 'debtor', channel: 'web', language: 'en' }, call())
  const { desk, store } = await deskOver(running.objects, running)
  await desk.get(dialog, call())
  await dialogs.help({ dialog, seq }, call())
  await new Promise((resolve) => setTimeout(resolve, 2))
  await new Expiry(store, desk, { expireAfter: 0, suspendedFor: 0 }).run(call())
  expect((await desk.get(dialog, call())).view.status).toBe('expired')
})
