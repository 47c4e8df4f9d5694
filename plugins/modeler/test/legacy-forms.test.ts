import { expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../test/failures.ts'
import { openModel } from './harness.ts'

const sql = `
  create table KUNDEN (ID text primary key, NAME text, GEB text);
  create table AUFTRAEGE (NR integer primary key, KUNDE text, DATUM text);
  insert into KUNDEN values ('ADA  ', 'Ada', '10.12.1985'), ('BEA', 'Bea', '1990-01-31'), ('CARLA', 'Carla', null);
  insert into AUFTRAEGE values (1, 'ADA  ', '24.11.2026'), (2, 'ADA  ', '2026-11-24 00:00:00.000'), (3, 'BEA', '2026-11-25 00:00:00.000');
`
const files = {
  'model/customer.yaml': 'class: Customer\nkey: id\nattributes: { id: text, name: text, born: date }\nrelations: { orders: { many: Order, by: customer } }',
  'model/order.yaml': 'class: Order\nkey: number\nattributes: { number: number, customer: { type: reference, to: Customer }, date: date }',
  'mapping/customer.yaml': 'class: Customer\ntable: KUNDEN\ncolumns: { id: { column: ID, padded: 5 }, name: NAME, born: { column: GEB, format: [DD.MM.YYYY, YYYY-MM-DD] } }',
  'mapping/order.yaml': "class: Order\ntable: AUFTRAEGE\ncolumns: { number: NR, customer: KUNDE, date: { column: DATUM, format: ['YYYY-MM-DD 00:00:00.000', DD.MM.YYYY] } }",
}

test('blanks that fill a column are no part of a key, and rows without them are found alike', async () => {
  const { objects, storage, call } = await openModel(sql, files)
  const ids = async (where: Parameters<typeof objects.find>[0]['where']): Promise<unknown> => (await objects.find({ class: 'Customer', ...(where === undefined ? {} : { where }), fields: [] }, call())).objects.map(({ id }) => id)
  expect(await ids(undefined)).toEqual(['ADA', 'BEA', 'CARLA'])
  for (const id of ['ADA', 'BEA', 'CARLA']) {
    expect((await objects.get({ class: 'Customer', key: { id }, fields: [] }, call())).object).toEqual({ id })
    expect(await ids({ attribute: 'id', op: '==', value: id })).toEqual([id])
    expect(await ids(`id == "${id}"`)).toEqual([id])
  }
  expect(await ids({ attribute: 'id', op: '!=', value: 'BEA' })).toEqual(['ADA', 'CARLA'])
  expect(await ids({ attribute: 'id', in: ['ADA', 'BEA'] })).toEqual(['ADA', 'BEA'])
  expect(await ids('id.endsWith("A") && size(id) == 3')).toEqual(['ADA', 'BEA'])
  const { object } = await objects.get({ class: 'Customer', key: { id: 'ADA' }, fields: ['name'], with: { orders: { fields: ['customer'] } } }, call())
  expect(object).toEqual({ id: 'ADA', name: 'Ada', orders: [{ number: 1, customer: 'ADA' }, { number: 2, customer: 'ADA' }] })
  await objects.commit({ changes: [{ create: 'Customer', values: { id: 'DEA', name: 'Dea' } }, { create: 'Order', values: { number: 4, customer: 'DEA', date: '2026-11-26' } }, { update: 'Customer', key: { id: 'BEA' }, set: { name: 'Beate' }, seen: { name: 'Bea' } }] }, call())
  const { rows } = await storage.query({ source: 'crm', from: 'AUFTRAEGE', columns: ['KUNDE', 'DATUM'], where: { column: 'NR', op: '==', value: 4 } }, call())
  expect(rows).toEqual([{ KUNDE: 'DEA  ', DATUM: '2026-11-26 00:00:00.000' }])
  expect((await objects.get({ class: 'Customer', key: { id: 'BEA' }, fields: ['name'] }, call())).object).toEqual({ id: 'BEA', name: 'Beate' })
  expect(await codeFrom(objects.get({ class: 'Customer', key: { id: ' ADA' } }, call()))).toBe('REQUEST_INVALID')
  expect((await objects.get({ class: 'Customer', key: { id: 'LONGER' } }, call())).object).toBeNull()
})

test('dates in several forms are read alike and found in each; the first form is written', async () => {
  const { objects, storage, call } = await openModel(sql, files)
  const found = await objects.find({ class: 'Order', where: { attribute: 'date', op: '==', value: '2026-11-24' } }, call())
  expect(found.objects.map(({ number, date }) => [number, date])).toEqual([[1, '2026-11-24'], [2, '2026-11-24']])
  expect((await objects.find({ class: 'Order', where: { attribute: 'date', in: ['2026-11-25'] }, fields: ['date'] }, call())).objects).toEqual([{ number: 3, date: '2026-11-25' }])
  expect((await errorFrom(objects.find({ class: 'Order', order: [{ attribute: 'date' }] }, call()))).message).toContain('in a form that is ordered otherwise')
  const seen = (await objects.get({ class: 'Customer', key: { id: 'BEA' } }, call())).object ?? {}
  await objects.commit({ changes: [{ update: 'Customer', key: { id: 'BEA' }, set: { born: '1990-02-01' }, seen }] }, call())
  expect((await storage.query({ source: 'crm', from: 'KUNDEN', columns: ['GEB'], where: { column: 'ID', op: '==', value: 'BEA' } }, call())).rows).toEqual([{ GEB: '01.02.1990' }])
  expect(await codeFrom(objects.commit({ changes: [{ update: 'Customer', key: { id: 'BEA' }, set: { born: '1991-02-01' }, seen }] }, call()))).toBe('CONFLICT')
})

test('a mistake in what a column is said to hold is told with its place', async () => {
  const error = await errorFrom(openModel('create table t (x)', { 'model/a.yaml': 'class: A\nkey: id\nattributes: { id: number, born: date }', 'mapping/a.yaml': 'class: A\ncolumns:\n  id: { column: id, padded: 5 }\n  born: { column: born, format: [DD.MM.YYYY, DD.MM] }' }))
  expect(error.message).toMatch(/mapping\/a\.yaml:3:29 A\.columns\.id\.padded: expected no converter for the type number[^]*mapping\/a\.yaml:4:33 A\.columns\.born\.format: expected a format with YYYY, MM and DD, each unit once, found "DD\.MM"/)
})
