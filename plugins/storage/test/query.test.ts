import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import type { Plan } from '../src/contract.ts'
import { makeCall, makeDatabase, startStorage } from './harness.ts'
import type { Started } from './harness.ts'

const tables = `
  create table "Order Details" (OrderID integer, "Line No" integer, Product text, Quantity integer, Price text, primary key (OrderID, "Line No"));
  insert into "Order Details" values (1, 1, 'Chai', 10, '18.00'), (1, 2, 'Ikura', 5, '31.00'), (2, 1, 'Chai', 7, '18.00'), (3, 1, null, 1, '0.10');
  create table Orders (OrderID integer primary key, Customer text, Freight real);
  insert into Orders values (1, 'ALFKI', 1.5), (2, 'BONAP', 2.25), (3, 'ALFKI', null), (4, null, 4);
  create view Busy as select Customer, count(*) as Orders from Orders group by Customer;
  create table "odd ""?.names as x" ("a.b" integer, "paid?" integer, "c as d" integer, "back\`tick" integer, "*" integer);
  insert into "odd ""?.names as x" values (1, 2, 3, 4, 5);
`

async function started(): Promise<{ readonly storage: Started['storage']; rows(plan: Omit<Plan, 'source'>): Promise<readonly unknown[]> }> {
  const { storage } = await startStorage({ shop: { kind: 'sqlite', file: makeDatabase(tables) } })
  return { storage, rows: async (plan) => (await storage.query({ source: 'shop', ...plan }, makeCall())).rows }
}

describe('query', () => {
  test('answers all columns of a table when none are named', async () => {
    const { rows } = await started()
    expect(await rows({ from: 'Orders', order: [{ column: 'OrderID' }], limit: 1 })).toEqual([{ OrderID: 1, Customer: 'ALFKI', Freight: 1.5 }])
  })

  test('reads tables, views and columns whose names hold spaces, quotes, dots, question marks and stars', async () => {
    const { rows } = await started()
    expect(await rows({ from: 'Order Details', columns: ['Line No'], where: { column: 'OrderID', op: '==', value: 2 } })).toEqual([{ 'Line No': 1 }])
    expect(await rows({ from: 'Busy', order: [{ column: 'Customer' }] })).toEqual([{ Customer: null, Orders: 1 }, { Customer: 'ALFKI', Orders: 2 }, { Customer: 'BONAP', Orders: 1 }])
    const odd = { 'a.b': 1, 'paid?': 2, 'c as d': 3, 'back`tick': 4, '*': 5 }
    expect(await rows({ from: 'odd "?.names as x' })).toEqual([odd])
    for (const [column, value] of Object.entries(odd)) {
      expect(await rows({ from: 'odd "?.names as x', columns: [column], where: { column, op: '==', value }, order: [{ column }] })).toEqual([{ [column]: value }])
    }
  })

  test('renames columns, orders with nulls first, limits and skips', async () => {
    const { rows } = await started()
    const plan: Omit<Plan, 'source'> = { from: 'Orders', columns: [{ column: 'OrderID', as: 'id' }], order: [{ column: 'Freight', desc: true }] }
    expect(await rows(plan)).toEqual([{ id: 4 }, { id: 2 }, { id: 1 }, { id: 3 }])
    expect(await rows({ ...plan, limit: 2, offset: 1 })).toEqual([{ id: 2 }, { id: 1 }])
    expect(await rows({ ...plan, offset: 3 })).toEqual([{ id: 3 }])
    expect(await rows({ ...plan, limit: 0 })).toEqual([])
  })

  test('joins on equal columns, also a table with itself', async () => {
    const { rows } = await started()
    expect(
      await rows({
        from: 'Orders',
        as: 'o',
        columns: ['Customer', { column: 'Product' }],
        joins: [{ table: 'Order Details', as: 'd', kind: 'left', on: [{ left: { column: 'OrderID', of: 'o' }, right: { column: 'OrderID', of: 'd' } }] }],
        where: { column: 'OrderID', of: 'o', op: '>=', value: 2 },
        order: [{ column: 'OrderID', of: 'o' }],
      }),
    ).toEqual([{ Customer: 'BONAP', Product: 'Chai' }, { Customer: 'ALFKI', Product: null }, { Customer: null, Product: null }])
    expect(
      await rows({
        from: 'Orders',
        as: 'a',
        columns: [{ column: 'OrderID', of: 'a', as: 'one' }, { column: 'OrderID', of: 'b', as: 'other' }],
        joins: [{ table: 'Orders', as: 'b', on: [{ left: { column: 'Customer', of: 'a' }, right: { column: 'Customer', of: 'b' } }] }],
        where: { column: 'OrderID', of: 'a', op: '==', value: 3 },
        order: [{ column: 'OrderID', of: 'b' }],
      }),
    ).toEqual([{ one: 3, other: 1 }, { one: 3, other: 3 }])
  })

  test('groups, aggregates and orders by an aggregate', async () => {
    const { rows } = await started()
    expect(
      await rows({
        from: 'Order Details',
        group: [{ column: 'Product' }],
        aggregates: [{ fn: 'count', as: 'lines' }, { fn: 'sum', column: 'Quantity', as: 'sold' }, { fn: 'count', column: 'OrderID', distinct: true, as: 'orders' }],
        order: [{ column: 'sold', desc: true }],
      }),
    ).toEqual([{ Product: 'Chai', lines: 2, sold: 17, orders: 2 }, { Product: 'Ikura', lines: 1, sold: 5, orders: 1 }, { Product: null, lines: 1, sold: 1, orders: 1 }])
    expect(await rows({ from: 'Orders', aggregates: [{ fn: 'max', column: 'Freight', as: 'most' }, { fn: 'avg', column: 'OrderID', as: 'mean' }] })).toEqual([{ most: 4, mean: 2.5 }])
  })

  test('sees a table and a column that were made after it first looked', async () => {
    const file = makeDatabase(tables)
    const { storage } = await startStorage({ shop: { kind: 'sqlite', file } })
    await storage.query({ source: 'shop', from: 'Orders' }, makeCall())
    makeDatabase('create table Later (x integer); insert into Later values (1); alter table Orders add column Note text', file)
    expect((await storage.query({ source: 'shop', from: 'Later' }, makeCall())).rows).toEqual([{ x: 1 }])
    expect((await storage.query({ source: 'shop', from: 'Orders', columns: ['Note'], limit: 1 }, makeCall())).rows).toEqual([{ Note: null }])
  })

  test('asks no longer for a column that another process has taken away, nor for a table', async () => {
    const file = makeDatabase('create table t (x integer, y integer); insert into t values (1, 2); create table u (x integer)')
    const { storage } = await startStorage({ shop: { kind: 'sqlite', file } })
    const all = async (from: string): Promise<unknown> => (await storage.query({ source: 'shop', from }, makeCall())).rows
    expect([await all('t'), await all('u')]).toEqual([[{ x: 1, y: 2 }], []])
    makeDatabase('alter table t drop column y; drop table u', file)
    expect(await all('t')).toEqual([{ x: 1 }])
    expect((await errorFrom(all('u'))).message).toContain('Looked up table "u" in data source "shop": there is none')
  })

  test('answers a new column among all columns a second later', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const file = makeDatabase('create table t (x integer); insert into t values (1)')
    const { storage } = await startStorage({ shop: { kind: 'sqlite', file } })
    expect((await storage.query({ source: 'shop', from: 't' }, makeCall())).rows).toEqual([{ x: 1 }])
    makeDatabase('alter table t add column y integer default 2', file)
    vi.advanceTimersByTime(1000)
    expect((await storage.query({ source: 'shop', from: 't' }, makeCall())).rows).toEqual([{ x: 1, y: 2 }])
  })

  test.each<[string, string, string, Omit<Plan, 'source'>]>([
    ['an unknown table', 'TABLE_UNKNOWN', 'Looked up table "Order Detail" in data source "shop": there is none (did you mean "Order Details"?)', { from: 'Order Detail' }],
    ['an unknown column', 'COLUMN_UNKNOWN', 'Looked up column "Custmer" of table "Orders" in data source "shop": there is none (did you mean "Customer"?)', { from: 'Orders', where: { column: 'Custmer', isNull: true } }],
    ['a column of several tables', 'COLUMN_AMBIGUOUS', 'Looked up column "OrderID": the tables "Orders" and "Order Details" have one, so say which with "of"', { from: 'Orders', columns: ['OrderID'], joins: [{ table: 'Order Details', on: [{ left: { column: 'OrderID', of: 'Orders' }, right: { column: 'OrderID', of: 'Order Details' } }] }] }],
    ['an unknown name of a table', 'TABLE_UNKNOWN', 'Looked up "orders" among the tables of a plan over "Orders": there are "Orders" (did you mean "Orders"?)', { from: 'Orders', columns: [{ column: 'OrderID', of: 'orders' }] }],
    ['two values of one name', 'PLAN_INVALID', 'Read a plan over "Orders": two values of its rows are named "OrderID": give one of them another name with "as"', { from: 'Orders', columns: ['OrderID', { column: 'Customer', as: 'OrderID' }] }],
    ['two tables of one name', 'PLAN_INVALID', 'Read a plan over "Orders": two tables are named "Orders": give one of them another name with "as"', { from: 'Orders', columns: ['Customer'], joins: [{ table: 'Orders', on: [{ left: { column: 'OrderID' }, right: { column: 'OrderID' } }] }] }],
    ['a column neither grouped nor aggregated', 'PLAN_INVALID', 'Read a plan over "Orders": column "OrderID" is neither grouped by nor aggregated', { from: 'Orders', columns: ['OrderID'], aggregates: [{ fn: 'count', as: 'n' }] }],
    ['a sum over text', 'PLAN_INVALID', 'Read a plan over "Order Details": sum of column "Price", which holds text: the database would round it', { from: 'Order Details', aggregates: [{ fn: 'sum', column: 'Price', as: 'sum' }] }],
    ['the storage\'s own table', 'TABLE_UNKNOWN', 'Looked up table "caruso_keys" in data source "shop": there is none', { from: 'caruso_keys' }],
    ['SQLite\'s own table', 'TABLE_UNKNOWN', 'Looked up table "sqlite_schema" in data source "shop": there is none', { from: 'sqlite_schema' }],
  ])('refuses %s', async (_case, code, message, plan) => {
    const { storage } = await started()
    await storage.transact({ source: 'shop', steps: [{ remove: 'Orders', where: { or: [] } }] }, makeCall({ key: 'k' }))
    const error = await errorFrom(storage.query({ source: 'shop', ...plan }, makeCall()))
    expect([error.code, error.message]).toEqual([code, message])
  })

  test('refuses an unknown data source', async () => {
    const { storage } = await started()
    const error = await errorFrom(storage.query({ source: 'shp', from: 'Orders' }, makeCall()))
    expect([error.code, error.message]).toEqual(['SOURCE_UNKNOWN', 'Looked up data source "shp": there are shop (did you mean "shop"?)'])
  })

  test('refuses more rows than an answer may hold, and says what to do', async () => {
    const many = `create table many (n integer); insert into many with recursive c(n) as (select 1 union all select n + 1 from c where n < 10002) select n from c`
    const { storage } = await startStorage({ shop: { kind: 'sqlite', file: makeDatabase(many) } })
    const error = await errorFrom(storage.query({ source: 'shop', from: 'many' }, makeCall()))
    expect([error.code, error.message]).toEqual(['LIMIT_EXCEEDED', 'Queried "many" of data source "shop": found more than 10001 rows, so set a limit or use stream'])
    expect((await storage.query({ source: 'shop', from: 'many', limit: 10_000 }, makeCall())).rows).toHaveLength(10_000)
    expect((await storage.query({ source: 'shop', from: 'many', offset: 1 }, makeCall())).rows).toHaveLength(10_001)
  })
})
