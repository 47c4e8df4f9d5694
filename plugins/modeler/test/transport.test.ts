import { transports } from '@caruso/testing'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { defineObject, objectsOf } from '../src/contract.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel } from './harness.ts'

const Note = defineObject({ class: 'Note', key: 'id', attributes: { id: 'number', text: { type: 'long-text', required: true }, about: { type: 'reference', to: 'Customer' } } })

test.each(transports)('objects are read, changed, declared and refused over %s', async (transport) => {
  const { objects, call } = await openModel(`${crmTables} create table note (id integer primary key, text text, about_number integer)`, crmFiles, { transport })
  const notes = objectsOf(objects, Note)
  expect(await notes.commit([notes.create({ text: 'called', about: 1 }), notes.create({ text: 'wrote' })], call())).toEqual([{ key: { id: 1 } }, { key: { id: 2 } }])
  expect(await objects.find({ class: 'Note', where: 'about.name == "Ada"', with: { about: { fields: ['credit'], with: { contacts: { fields: [] } } } } }, call())).toEqual({ objects: [{ id: 1, text: 'called', about: { number: 1, credit: { amount: '1000.5', currency: 'EUR' }, contacts: [{ id: 1, version: 1 }, { id: 2, version: 1 }] } }], next: null })
  expect(await notes.get(3, call())).toBeNull()
  const batches: unknown[] = []
  for await (const batch of notes.stream({ order: [{ attribute: 'text', desc: true }] }, call())) batches.push(...batch)
  expect(batches).toEqual([{ id: 2, text: 'wrote', about: null }, { id: 1, text: 'called', about: 1 }])
  const error = await errorFrom(notes.commit([notes.update({ id: 1, text: 'Called' }, { text: 'met' })], call()))
  expect([error.code, error.details]).toEqual(['CONFLICT', { change: 0, class: 'Note', key: { id: 1 }, collided: [{ attribute: 'text', seen: 'Called', now: 'called' }] }])
})

test('another instance takes over while objects are read and changed, and no call fails', async () => {
  const { objects, call, swap } = await openModel(`${crmTables} create table note (id integer primary key, text text, about_number integer)`, crmFiles)
  const notes = objectsOf(objects, Note)
  let over = false
  const work = async (): Promise<number> => {
    let done = 0
    for (; !over || done < 5; done++) {
      // Calls of one process never wait for anything, so nobody else would get a turn.
      await setImmediate()
      await notes.commit([notes.create({ text: 'called', about: 1 })], call())
      await notes.find({ where: 'about.active', limit: 3, with: { about: { of: Note } } }, call())
    }
    return done
  }
  const working = [work(), work(), work()]
  for (let time = 0; time < 3; time++) await swap()
  over = true
  const written = (await Promise.all(working)).reduce((sum, done) => sum + done)
  expect(await notes.count(undefined, call())).toBe(written)
})
