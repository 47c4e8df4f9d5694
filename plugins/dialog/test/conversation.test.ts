import { expect, test } from 'vitest'
import { compileAll } from '../src/compile/compile-all.ts'
import { readScript } from '../src/read-script.ts'
import { Conversation, type Outcome } from '../src/run/conversation.ts'
import { classes } from './examples.ts'
import { held } from './held.ts'

test('what is said, asked and refused is told in the language', () => {
  const { said, outcome } = held(['17', '12.05.1980', 'gratis', 'avdrag', '4', '1.3.2027', 'i morgen', ':back', ':answers', '2.12.2026', 'ja', 'tekst og brev', ''], 'agent', 'nb')
  expect(said).toContain('God dag, dette er Nordlys Energi.')
  expect(said).toContain('\nHvordan kan vi løse dette sammen?\n  1  Betale alt nå\n  2  Betale i månedlige avdrag\n')
  expect(said).toContain('> gratis\nVelg ett av disse.\n')
  expect(said).toContain('Hvor mange månedlige avdrag vil du betale i? ([3])')
  expect(said).toContain('> 1.3.2027\nDet må være en dag fra i dag og innen en måned.\n')
  expect(said).toContain('  who/born: •••  (Og for sikkerhets skyld, fødselsdatoen din?)\n')
  expect(said).toContain('det første 2. desember 2026. Er du enig?\n  1  ja\n  2  nei\n')
  expect(outcome).toMatchObject({ outcome: 'settled', answers: { months: '4', first: '2026-12-02', reminders: ['sms', 'letter'], email: 'kari@example.no' }, sensitive: ['who/born'] })
})

test('the same answers on the telephone, on the web and with an agent have the same outcome, answers and actions', () => {
  const agent = held(['17', '12.05.1980', 'senere', '1 500,50', '15.12.2026', 'x', 'y', 'z'], 'agent', 'nb').outcome
  const web = held(['17', '12/05/1980', 'Pay on a later day', '1,500.50', '15 December 2026', 'x', 'y', 'z'], 'web', 'en').outcome
  const keypad = held(['17#', '12051980', '3', '1500*50#', '15122026#'], 'keypad', 'ar').outcome
  expect(agent).toMatchObject({ dialog: 'debtor', status: 'ended', outcome: 'settled', answers: { plan: 'later', amount: { amount: '1500.5', currency: 'NOK' }, day: '2026-12-15' }, actions: [{ action: 'billing.promise', args: { invoice: '1234', due: '2026-12-15' } }] })
  const same = ({ outcome, actions, answers }: Outcome): unknown => ({ outcome, actions, answers: { ...answers, email: undefined } })
  expect([same(web), same(keypad)]).toEqual([same(agent), same(agent)])
})

test('channel and language change in the middle, and an answer is changed', () => {
  const { said, outcome } = held(['17', ':channel keypad', '12051980#', ':lang en', '', ':help', '1', ':change plan', '3', '200', ':channel web', ':lang xx', ':dance', ':quit'], 'web', 'nb')
  expect(outcome).toMatchObject({ status: 'asking', answers: { 'who/number': '17', plan: 'later', amount: { amount: '200' } }, actions: [] })
  expect(outcome.inputs.map(({ kind }) => kind)).toEqual(['answer', 'turn', 'answer', 'found', 'found', 'found', 'turn', 'no-input', 'help', 'answer', 'change', 'answer', 'answer', 'turn'])
  expect(said).toContain('> :lang xx\nTurned to "xx": the script has en, nb, ar\n')
  expect(said).toContain('> :dance\nThere is no command ":dance". Commands: :back  ')
})

test('what a keypad cannot give is recorded, and given as words', () => {
  expect(held(['17', '12051980', '4', 'It was paid in May'], 'keypad', 'en').outcome).toMatchObject({ outcome: 'disputed', answers: { reason: 'It was paid in May' } })
})

test('a dialog that goes round looking up is ended, not looked up for ever', () => {
  const read = readScript(`<dialog id="round" version="1" start="one" languages="en"><title>Round</title>
    <lookup id="one" class="Customer" where="number == 1"><when test="one == null" to="more"/><otherwise to="bye"/></lookup>
    <question id="more" type="text" relevant="one != null"><prompt>More?</prompt><otherwise to="one"/></question>
    <end id="bye" outcome="done"/></dialog>`)
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  const script = compileAll([read.definition], { classes, actions: {} }).scripts.get('round')
  if (script === undefined) throw new Error('The script was not compiled')
  const conversation = new Conversation(script, { given: {}, channel: 'web', language: 'en', texts: new Map([['en', {}]]), now: () => '2026-11-30T09:00:00.000Z' })
  expect(() => {
    for (let count = 0; count < 2_000; count++) conversation.found({ value: null })
  }).toThrow('it has more than 1000 answers')
})
