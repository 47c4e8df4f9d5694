import { describe, expect, test } from 'vitest'
import { northwind } from '../../../test/test-data.ts'
import { makeCall, makeDatabase, startStorage } from './harness.ts'

const script = northwind()

describe.skipIf('missing' in script)(`Northwind${'missing' in script ? ` (${script.missing})` : ''}`, () => {
  const sql = 'sql' in script ? script.sql : ''

  test('is read as it is: names with spaces, joins, groups, pictures', async () => {
    const { storage } = await startStorage({ northwind: { kind: 'sqlite', file: makeDatabase(sql), readonly: true } })
    const { rows } = await storage.query(
      {
        source: 'northwind',
        from: 'Order Details',
        as: 'd',
        joins: [{ table: 'Products', as: 'p', on: [{ left: { column: 'ProductID', of: 'd' }, right: { column: 'ProductID', of: 'p' } }] }],
        where: { column: 'OrderID', op: '==', value: 10248 },
        columns: ['ProductName', 'Quantity', { column: 'UnitPrice', of: 'd' }],
        order: [{ column: 'Quantity', desc: true }],
      },
      makeCall(),
    )
    expect(rows).toEqual([
      { ProductName: 'Queso Cabrales', Quantity: 12, UnitPrice: 14 },
      { ProductName: 'Singaporean Hokkien Fried Mee', Quantity: 10, UnitPrice: 9.8 },
      { ProductName: 'Mozzarella di Giovanni', Quantity: 5, UnitPrice: 34.8 },
    ])
    const pictures = await storage.query({ source: 'northwind', from: 'Categories', columns: ['Picture'], limit: 1 }, makeCall())
    expect(pictures.rows[0]?.['Picture']).toEqual({ bytes: expect.stringMatching(/^\/9j\//) })
  })

  test('answers every table and view in full', async () => {
    const file = makeDatabase(sql)
    const { storage } = await startStorage({ northwind: { kind: 'sqlite', file, readonly: true } })
    const names = await storage.sql({ source: 'northwind', sql: `select name from sqlite_schema where type in ('table', 'view') and name not like 'sqlite%'` }, makeCall())
    expect(names.rows.length).toBeGreaterThan(20)
    for (const name of names.rows.map((row) => row['name'])) {
      if (typeof name !== 'string') throw new TypeError('Read the names of tables: expected texts')
      const counted = await storage.sql({ source: 'northwind', sql: `select count(*) as n from "${name}"` }, makeCall())
      let streamed = 0
      for await (const { rows } of storage.stream({ source: 'northwind', from: name }, makeCall())) streamed += rows.length
      expect([name, streamed]).toEqual([name, counted.rows[0]?.['n']])
    }
  })
})
