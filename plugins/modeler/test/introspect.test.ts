import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import { northwind, testData } from '../../../test/test-data.ts'
import { describedModel, type DescribedModel } from '../src/introspect/described-model.ts'
import { madeClass } from '../src/introspect/made-class.ts'
import { provenModel } from '../src/introspect/proven-model.ts'
import { sampled } from '../src/introspect/sampled.ts'
import { runSql, temporaryFolder } from './harness.ts'
import { legacy, runScript, type Legacy } from './legacy-databases.ts'

const script = northwind()
const northwindPg = testData('northwind/northwind-postgres.sql')
const chinook = { sqlite: testData('chinook/Chinook_Sqlite.sqlite'), pg: testData('chinook/Chinook_PostgreSql.sql'), mysql: testData('chinook/Chinook_MySql.sql') }
const missing = [script, northwindPg, ...Object.values(chinook)].flatMap((found) => ('missing' in found ? [` (${found.missing})`] : []))[0] ?? ''

async function introspected(of: Legacy): Promise<DescribedModel> {
  const tables = await of.tables()
  const read = { source: 'old', storage: of.storage, call: () => of.call(), tell: () => undefined }
  return await provenModel(tables, { source: 'old', currency: 'USD', samples: await sampled(tables, read) }, read)
}

function fileOf(model: DescribedModel, name: string): string {
  return model.classes.find((one) => one.class === name)?.model ?? ''
}

describe.skipIf(missing !== '')(`Northwind${missing}, introspected`, () => {
  async function inSqlite(): Promise<Legacy> {
    const file = join(temporaryFolder(), 'northwind.db')
    runSql(file, 'sql' in script ? script.sql : '')
    return await legacy({ kind: 'sqlite', file })
  }

  test('gets the names that people would give: keys, references with both sides, links, addresses', async () => {
    const model = await introspected(await inSqlite())
    expect(model.classes).toHaveLength(27)
    expect(fileOf(model, 'Employee')).toBe(`class: Employee
key: id
attributes:
  id: number
  lastName: text
  firstName: text
  title: text
  titleOfCourtesy: text
  birthDate: date # guessed from the values
  hireDate: date # guessed from the values
  address: address # guessed from the names of its columns
  homePhone: telephone # guessed from the name
  extension: text
  notes: long-text # guessed from the name
  reportsTo: { type: reference, to: Employee }
  photoPath: text
relations:
  reports: { many: Employee, by: reportsTo } # whose reportsTo it is
  orders: { many: Order, by: employee } # whose employee it is
  territories: { many: Territory } # linked by EmployeeTerritories
# Left out: Photo: it holds bytes
`)
    expect(model.classes.find((one) => one.class === 'Order')?.mapping).toBe(`class: Order
source: old
table: Orders
columns:
  id: OrderID
  customer: CustomerID
  employee: EmployeeID
  date: { column: OrderDate, format: "YYYY-MM-DD 00:00:00.000" }
  requiredDate: { column: RequiredDate, format: "YYYY-MM-DD 00:00:00.000" }
  shippedDate: { column: ShippedDate, format: "YYYY-MM-DD 00:00:00.000" }
  shipVia: ShipVia
  freight: Freight
  shipName: ShipName
  shipAddress: { street: ShipAddress, postalCode: ShipPostalCode, city: ShipCity, region: ShipRegion, country: ShipCountry }
`)
    expect(fileOf(model, 'OrderDetail')).toContain('key: [order, product]\n')
    expect(fileOf(model, 'OrderSubtotal')).toContain('class: OrderSubtotal # a view, so objects can only be read\n')
    expect(model.unmapped).toEqual([{ table: 'Categories', column: 'Picture', why: 'it holds bytes' }, { table: 'Employees', column: 'Photo', why: 'it holds bytes' }])
  })

  test('is read as it is, all objects of all classes, and written', { timeout: 60_000 }, async () => {
    const old = await inSqlite()
    const { objects, health } = await old.objects(await introspected(old))
    expect(health).toEqual({ ok: true, detail: '27 classes' })
    const { classes } = await objects.classes({}, old.call())
    for (const { name } of classes) {
      let count = 0
      for await (const batch of objects.stream({ class: name }, old.call())) count += batch.objects.length
      expect([name, count]).toEqual([name, (await objects.count({ class: name }, old.call())).count])
    }
    const { results } = await objects.commit({ changes: [{ create: 'Order', values: { customer: 'ALFKI', employee: 1, date: '2026-11-24', freight: { amount: '12.5', currency: 'USD' }, shipAddress: { city: 'Berlin' } } }, { create: 'OrderDetail', values: { order: { keyOf: 0 }, product: 1, unitPrice: { amount: '18', currency: 'USD' } } }] }, old.call())
    const key = { id: Number(results[0]?.key?.['id']) }
    const { object } = await objects.get({ class: 'Order', key, fields: ['date', 'freight'], with: { details: {}, customer: { fields: ['companyName'] } } }, old.call())
    expect(object).toEqual({ ...key, date: '2026-11-24', freight: { amount: '12.5', currency: 'USD' }, customer: { id: 'ALFKI', companyName: 'Alfreds Futterkiste' }, details: [{ order: key.id, product: 1, unitPrice: { amount: '18', currency: 'USD' }, quantity: 1, discount: '0' }] })
    const seen = (await objects.get({ class: 'Product', key: { id: 1 } }, old.call())).object ?? {}
    await objects.commit({ changes: [{ update: 'Product', key: { id: 1 }, set: { discontinued: true }, seen }] }, old.call())
    expect((await old.storage.query({ source: 'old', from: 'Products', columns: ['Discontinued'], where: { column: 'ProductID', op: '==', value: 1 } }, old.call())).rows).toEqual([{ Discontinued: '1' }])
  })

  test('in PostgreSQL too, where names are in small letters', { timeout: 60_000 }, async () => {
    const old = await legacy(await freshDatabase('pg'))
    await runScript(old, 'file' in northwindPg ? northwindPg.file : '')
    const model = await introspected(old)
    expect(model.classes.map((one) => one.class)).toEqual(['Category', 'Customer', 'CustomerDemographic', 'Employee', 'Order', 'OrderDetail', 'Product', 'Region', 'Shipper', 'Supplier', 'Territory', 'UsState'])
    const { objects, health } = await old.objects(model)
    expect(health).toEqual({ ok: true, detail: '12 classes' })
    const { objects: found } = await objects.find({ class: 'Employee', where: { attribute: 'reportsTo', isNull: true }, fields: ['lastName'], with: { reports: { fields: ['lastName'] }, territories: { fields: [] } } }, old.call())
    expect(found).toMatchObject([{ lastName: 'Fuller', reports: expect.arrayContaining([expect.objectContaining({ lastName: 'Callahan' })]), territories: expect.any(Array) }])
    const seen = (await objects.get({ class: 'OrderDetail', key: { order: 10248, product: 42 } }, old.call())).object ?? {}
    await objects.commit({ changes: [{ update: 'OrderDetail', key: { order: 10248, product: 42 }, set: { quantity: 11 }, seen }, { create: 'Order', values: { id: 20_000, customer: 'ALFKI', date: '2026-11-24' } }] }, old.call())
    expect((await objects.get({ class: 'OrderDetail', key: { order: 10248, product: 42 } }, old.call())).object).toEqual({ ...seen, quantity: 11 })
  })
})

describe.skipIf(missing !== '')(`Chinook${missing}, introspected`, () => {
  const classes = ['Album', 'Artist', 'Customer', 'Employee', 'Genre', 'Invoice', 'InvoiceLine', 'MediaType', 'Playlist', 'Track']

  test.for(['sqlite', 'pg', 'mysql'] as const)('%s is read and written, by the same names as on the others', { timeout: 60_000 }, async (kind, { skip }) => {
    if (kind === 'mysql' && inject('mysql') === undefined) skip()
    const file = join(temporaryFolder(), 'chinook.db')
    const found = chinook[kind]
    if (kind === 'sqlite' && 'file' in found) copyFileSync(found.file, file)
    const old = await legacy(kind === 'sqlite' ? { kind, file } : await freshDatabase(kind))
    if (kind !== 'sqlite' && 'file' in found) await runScript(old, found.file)
    const model = await introspected(old)
    expect(model.classes.map((one) => one.class)).toEqual(classes)
    expect(model.unmapped).toEqual([])
    const { objects, health } = await old.objects(model)
    expect(health).toEqual({ ok: true, detail: '10 classes' })
    const { object } = await objects.get({ class: 'Track', key: { id: 1 }, fields: ['name', 'unitPrice'], with: { album: { fields: ['title'], with: { artist: {} } }, playlists: { fields: ['name'] }, invoiceLines: { fields: ['quantity'] } } }, old.call())
    expect(object).toEqual({ id: 1, name: 'For Those About To Rock (We Salute You)', unitPrice: { amount: '0.99', currency: 'USD' }, album: { id: 1, title: 'For Those About To Rock We Salute You', artist: { id: 1, name: 'AC/DC' } }, playlists: [{ id: 1, name: 'Music' }, { id: 8, name: 'Music' }, { id: 17, name: 'Heavy Metal Classic' }], invoiceLines: [{ id: 579, quantity: 1 }] })
    expect((await objects.find({ class: 'Invoice', where: 'billingAddress.city == "Stuttgart" && total.amount < 2', limit: 1, order: [{ attribute: 'date' }], fields: ['date', 'total', 'billingAddress'] }, old.call())).objects).toEqual([{ id: 1, date: kind === 'sqlite' ? '2021-01-01' : '2021-01-01T00:00:00Z', total: { amount: '1.98', currency: 'USD' }, billingAddress: { street: 'Theodor-Heuss-Straße 34', postalCode: '70174', city: 'Stuttgart', region: null, country: 'Germany' } }])
    await objects.commit({ changes: [{ create: 'Artist', values: { id: 9_999, name: 'Ada' } }, { create: 'Album', values: { id: 9_999, title: 'One', artist: { keyOf: 0 } } }, { link: 'Playlist', relation: 'tracks', from: { id: 1 }, to: { id: 2_820 } }] }, old.call())
    const seen = (await objects.get({ class: 'Album', key: { id: 9_999 } }, old.call())).object ?? {}
    await objects.commit({ changes: [{ update: 'Album', key: { id: 9_999 }, set: { title: 'Two' }, seen }] }, old.call())
    await objects.commit({ changes: [{ remove: 'Album', key: { id: 9_999 }, seen: { ...seen, title: 'Two' } }] }, old.call())
    expect((await objects.count({ class: 'Album' }, old.call())).count).toBe(347)
  })
})

test('a model of a fresh description has the same bytes, in whatever order tables are told', () => {
  const table = (name: string, columns: readonly string[], references: Readonly<Record<string, string>> = {}): Parameters<typeof describedModel>[0][number] => ({
    name, kind: 'table', key: columns.slice(0, 1), unique: [], indexes: [], checks: [],
    columns: columns.map((column, index) => ({ name: column, declared: 'int', type: 'integer', nullable: index > 0 })),
    foreignKeys: Object.entries(references).map(([column, other]) => ({ columns: [column], table: other, references: ['id'], onDelete: 'no action', onUpdate: 'no action' })),
  })
  const tables = [table('tbl_Kundeår', ['id', 'function', 'Größe', 'الاسم']), table('tbl_people', ['id', 'parent_id', 'kundeår'], { parent_id: 'tbl_people', kundeår: 'tbl_Kundeår' }), table('tbl_bills', ['id', 'payer', 'debtor'], { payer: 'tbl_people', debtor: 'tbl_people' }), table('caruso_keys', ['id'])]
  const model = describedModel(tables, { source: 'old' })
  expect(describedModel(tables.toReversed(), { source: 'old' })).toEqual(model)
  expect(model.classes.map((one) => one.class)).toEqual(['Bill', 'Kundeaar', 'Person'])
  expect(fileOf(model, 'Person')).toBe(`class: Person
key: id
attributes:
  id: number
  parent: { type: reference, to: Person }
  kundeaar: { type: reference, to: Kundeaar }
relations:
  billsByPayer: { many: Bill, by: payer } # whose payer it is
  billsByDebtor: { many: Bill, by: debtor } # whose debtor it is
  children: { many: Person, by: parent } # whose parent it is
`)
  expect(fileOf(model, 'Kundeaar')).toContain('functionValue: number\n  groesse: number\n  attribute4: number\n')
})

test('tables in which somebody has put a part of a class are no classes of their own', async () => {
  const file = join(temporaryFolder(), 'old.db')
  runSql(file, 'create table customer (id integer primary key, name text); create table customer_credit (id integer primary key references customer, lim numeric); create table customer_note (id integer primary key references customer, note text); create table visit (id integer primary key, customer_id integer references customer)')
  const tables = await (await legacy({ kind: 'sqlite', file })).tables()
  const made = madeClass('Customer', { table: 'customer', tables: { credit: {}, notes: { table: 'customer_note' } }, columns: { id: 'id', limit: 'credit.lim', note: 'notes.note' } })
  const named = (model: DescribedModel): string[] => model.classes.map((one) => one.class)
  expect([named(describedModel(tables, { source: 'old' })), named(describedModel(tables, { source: 'old', made: new Map([['customer', made]]) }))]).toEqual([['Customer', 'CustomerCredit', 'CustomerNote', 'Visit'], ['Customer', 'Visit']])
})
