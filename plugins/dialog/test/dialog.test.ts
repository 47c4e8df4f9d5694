import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test, vi } from 'vitest'
import { transports } from '@caruso/testing'
import { codeFrom } from '../../../test/failures.ts'
import type { View } from '../src/contract.ts'
import { runDialogs, type Kind, type Running } from './running.ts'

interface Stands {
  readonly dialog: string
  readonly seq: number
  readonly view: View
}

/** Somebody who leads one dialog and answers what comes. */
async function begun({ dialogs, call }: Running, language = 'en') {
  let stands: Stands = await dialogs.start({ script: 'debtor', channel: 'web', language }, call())
  return {
    get stands() {
      return stands
    },
    get asked() {
      return stands.view.question?.path
    },
    async answer(...texts: readonly string[]): Promise<void> {
      for (const text of texts) stands = await dialogs.answer({ dialog: stands.dialog, seq: stands.seq, text }, call())
    },
    async back(): Promise<void> {
      stands = await dialogs.back({ dialog: stands.dialog, seq: stands.seq }, call())
    },
  }
}

/** The actions that were let go, in their order. */
async function actionsOf({ objects, call }: Running) {
  const topics = ['billing.promise', 'billing.withdraw-promise', 'billing.instalments', 'billing.withdraw-instalments', 'customer.reminders', 'customer.receipt', 'billing.payment-link', 'billing.dispute', 'dialogs.ended']
  const { events } = await objects.events({ of: 'Dialog', consumer: 'test', topics, from: 'begin' }, call())
  return events.map(({ topic, payload }) => ({ topic, payload: payload as Readonly<Record<string, unknown>> }))
}

const ways: readonly (readonly [(typeof transports)[number], Kind])[] = [...transports.map((transport) => [transport, 'sqlite'] as const), ['direct', 'pg'], ['direct', 'mysql']]

test.for(ways)('a dialog is led to its end on the web: what is said, found, checked and caused, %s on %s', async ([transport, kind], { skip }) => {
  skip(kind === 'mysql' && inject('mysql') === undefined, 'there is no MariaDB')
  const running = await runDialogs(transport, kind)
  const dialog = await begun(running, 'nb')
  expect(dialog.stands.view).toMatchObject({ status: 'asking', said: ['Gjør opp en forfalt faktura. Det tar omtrent tre minutter.'], question: { path: 'who/number', type: 'number' } })
  await dialog.answer('7', '2. januar 1980')
  expect(dialog.stands.view).toMatchObject({ said: [expect.stringMatching(/^Ada Berg, faktura 7 7 forfalt 1\. oktober 2026\. .*3.000,50.* av den/)], question: { path: 'plan' } })
  await dialog.answer('betale i månedlige avdrag')
  expect(dialog.stands.view.question).toMatchObject({ path: 'months', proposedText: '3' })
  await dialog.answer('sju')
  expect(dialog.stands.view.notice).toEqual({ kind: 'no-match', text: 'Du kan velge to til seks avdrag.' })
  await dialog.answer('3', 'i dag')
  if (dialog.asked === 'first') await dialog.answer(nextMonday())
  await dialog.answer('ja', 'sms', 'ada@example.no')
  expect(dialog.stands.view).toMatchObject({ status: 'ended', outcome: 'settled', said: ['Takk. Vi har notert det vi ble enige om.'] })
  expect(await actionsOf(running)).toMatchObject([
    { topic: 'billing.instalments', payload: { dialog: dialog.stands.dialog, args: { invoice: expect.anything(), months: '3' } } },
    { topic: 'customer.reminders', payload: { args: { channels: ['sms'] } } },
    { topic: 'customer.receipt', payload: { args: { email: 'ada@example.no' } } },
    { topic: 'dialogs.ended', payload: { outcome: 'settled' } },
  ])
})

test.each(['high', true, ['500']])('what answers a request with %j, which is none of what the action is said to answer, has failed: the script goes its way for that', async (score) => {
  const running = await runDialogs('direct', 'sqlite', [score, '100'])
  const dialog = await begun(running, 'nb')
  await dialog.answer('7', '2. januar 1980', 'betale i månedlige avdrag')
  expect(dialog.stands.view).toMatchObject({ status: 'ended', outcome: 'not-settled' })
  expect(JSON.stringify(running.logs)).toContain('A dialog did not find what it asked for')
})

test('a dialog lands with the object that it is about, and its transcript hides what is sensitive', async () => {
  const running = await runDialogs()
  const dialog = await begun(running)
  await dialog.answer('7', '2/1/1980', 'pay everything now', '22 22 55 55')
  const { objects } = await running.objects.find({ class: 'Dialog', where: 'subjectClass == "Customer" && subjectKey == "7"' }, running.call())
  expect(objects).toMatchObject([{ id: dialog.stands.dialog, script: 'debtor', status: 'ended', outcome: 'paying-now', channel: 'web', language: 'en' }])
  const { entries, outcome } = await running.dialogs.transcript({ dialog: dialog.stands.dialog }, running.call('lead'))
  expect(outcome).toBe('paying-now')
  expect(entries.map(({ path, text }) => [path, text])).toEqual([['who/number', '7'], ['who/born', '•••'], ['plan', 'Pay everything now'], ['telephone', expect.stringContaining('22')]])
  expect(await codeFrom(running.dialogs.transcript({ dialog: dialog.stands.dialog }, running.call()))).toBe('FORBIDDEN')
})

test('an input that is sent twice counts once, and one that comes too late is told so', async () => {
  const running = await runDialogs()
  const { dialogs, call } = running
  const { dialog, seq } = await dialogs.start({ script: 'debtor', channel: 'web', language: 'en' }, call())
  const [first, again] = [await dialogs.answer({ dialog, seq, text: '7' }, call()), await dialogs.answer({ dialog, seq, text: '7' }, call())]
  expect(again).toEqual(first)
  expect(await codeFrom(dialogs.answer({ dialog, seq, text: '8' }, call()))).toBe('DIALOG_MOVED')
  const both = await Promise.allSettled(['1/1/1980', '2/1/1980'].map((text) => dialogs.answer({ dialog, seq: first.seq, text }, call())))
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('behind a commit one goes back where its actions have an undo, and they are undone', async () => {
  const running = await runDialogs()
  const dialog = await begun(running)
  await dialog.answer('7', '2/1/1980', 'pay on a later day', '500', nextMonday())
  expect(dialog.asked).toBe('email')
  await dialog.back()
  expect(dialog.asked).toBe('day')
  expect((await actionsOf(running)).map(({ topic }) => topic)).toEqual(['billing.promise', 'billing.withdraw-promise'])
})

test('a dialog is laid aside, goes on with an agent in another language, and lives through a swap', async () => {
  const running = await runDialogs()
  const { dialogs, call } = running
  const begun = await dialogs.start({ script: 'debtor', channel: 'web', language: 'en' }, call())
  const { dialog } = begun
  const answered = await dialogs.answer({ dialog, seq: begun.seq, text: '7' }, call())
  const aside = await dialogs.suspend({ dialog, seq: answered.seq }, call())
  expect(aside.view.status).toBe('suspended')
  expect(await codeFrom(dialogs.answer({ dialog, seq: aside.seq, text: '2/1/1980' }, call()))).toBe('DIALOG_SUSPENDED')
  await running.swap()
  const { seq } = await dialogs.resume({ dialog, seq: aside.seq }, call())
  const turned = await dialogs.turn({ dialog, seq, channel: 'agent', language: 'ar' }, call())
  expect(turned.view).toMatchObject({ channel: 'agent', language: 'ar', question: { path: 'who/born' }, answers: [{ path: 'who/number' }] })
  const next = await dialogs.answer({ dialog, seq: turned.seq, text: '٢ يناير ١٩٨٠' }, call())
  expect(next.view.question?.path).toBe('plan')
})

test('scripts() names those that people begin, by their titles, and not those that others call', async () => {
  const { dialogs, call } = await runDialogs()
  const { scripts } = await dialogs.scripts({ language: 'nb' }, call())
  expect(scripts.map(({ id, title }) => [id, title])).toEqual([['debtor', 'En forfalt faktura'], ['moving', 'Flytting'], ['fault', 'Melde strømfeil']])
})

test('without the permission to lead, a dialog begins on the web with nothing given', async () => {
  const { dialogs, call } = await runDialogs()
  expect(await codeFrom(dialogs.start({ script: 'debtor', channel: 'agent', language: 'en' }, call()))).toBe('DIALOG_FORBIDDEN')
  expect(await codeFrom(dialogs.start({ script: 'debtor', channel: 'web', language: 'en', given: { customerNumber: '7' } }, call()))).toBe('DIALOG_FORBIDDEN')
  const { view } = await dialogs.start({ script: 'debtor', channel: 'agent', language: 'en', given: { customerNumber: '7' } }, call('lead'))
  expect(view.question?.path).toBe('who/born')
  expect(await codeFrom(dialogs.start({ script: 'debtor', channel: 'agent', language: 'en', given: { customer: '7' } }, call('lead')))).toBe('INPUT_INVALID')
  expect(await codeFrom(dialogs.start({ script: 'debtor', channel: 'agent', language: 'en', given: { customerNumber: 'seven' } }, call('lead')))).toBe('INPUT_INVALID')
  expect(await codeFrom(dialogs.get({ dialog: '00000000-0000-4000-8000-000000000000' }, call()))).toBe('DIALOG_UNKNOWN')
})

test('an edited script is live at once, running dialogs end on what they began with, and a mistake changes nothing', async () => {
  const running = await runDialogs()
  const old = await begun(running)
  const file = join(running.folder, 'debtor.xml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('Settle an overdue invoice. It takes about three minutes.', 'Settle it.').replaceAll('How would you like to settle it?', 'And now?'))
  await running.advance(1_000)
  await vi.waitFor(async () => expect((await begun(running)).stands.view.said).toEqual(['Settle it.']), { timeout: 10_000 })
  await running.swap()
  await old.answer('7', '2/1/1980')
  expect(old.stands.view.question?.prompt).toBe('How would you like to settle it?')
  writeFileSync(file, text.replace('to="who"', 'to="whom"'))
  await running.advance(1_000)
  await vi.waitFor(async () => expect(await running.health()).toMatchObject({ ok: false, detail: expect.stringMatching(/debtor\.xml:\d+:\d+ error/) }), { timeout: 10_000 })
})

test('check() tells what is wrong with a script beside those that there are', async () => {
  const { dialogs, folder, call } = await runDialogs()
  const text = readFileSync(join(folder, 'debtor.xml'), 'utf8')
  expect(await dialogs.check({ text }, call('lead'))).toEqual({ problems: [] })
  const { problems } = await dialogs.check({ text: text.replace('round(owed / months, 2)', 'round(owd / months, 2)') }, call('lead'))
  expect(problems).toMatchObject([{ level: 'error', message: expect.stringContaining('did you mean "owed"') }])
})

test('a dialog that nobody goes on with expires', async () => {
  const running = await runDialogs()
  const dialog = await begun(running)
  const [seen] = (await running.objects.find({ class: 'Dialog' }, running.call())).objects
  await running.objects.commit({ changes: [{ update: 'Dialog', key: { id: dialog.stands.dialog }, set: { changed: '2026-01-01T00:00:00Z' }, seen: seen ?? {} }] }, running.call())
  await running.swap()
  await running.advance(60_000)
  expect((await running.dialogs.get({ dialog: dialog.stands.dialog }, running.call())).view.status).toBe('expired')
  expect(await codeFrom(dialog.answer('7'))).toBe('DIALOG_MOVED')
})

function nextMonday(): string {
  const day = new Date()
  day.setUTCDate(day.getUTCDate() + ((8 - day.getUTCDay()) % 7 || 7))
  return day.toISOString().slice(0, 10)
}
