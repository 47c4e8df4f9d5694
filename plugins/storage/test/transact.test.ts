import { describe, expect, test } from 'vitest'
import Database from 'better-sqlite3'
import { codeFrom, errorFrom } from '../../../test/failures.ts'
import type { Step } from '../src/contract.ts'
import { makeCall, makeDatabase, startStorage } from './harness.ts'
import type { Started } from './harness.ts'

const tables = `
  create table Customers (Code text primary key, Name text not null, Credit integer check (Credit >= 0), Version integer default 1);
  create table Orders (OrderID integer primary key autoincrement, Customer text references Customers (Code), Note text);
  create table Lines (OrderID integer references Orders, LineNo integer, Product text unique, primary key (OrderID, LineNo));
  create table Log (Text text);
  create trigger forbidden before insert on Log when new.Text = 'forbidden' begin select raise(abort, 'not in this log'); end;
  insert into Customers (Code, Name, Credit) values ('ALFKI', 'Alfreds', 5), ('BONAP', 'Bon app''', null);
`

interface Shop extends Started {
  readonly file: string
  transact(steps: readonly Step[], key?: string): ReturnType<Started['storage']['transact']>
  count(table: string): Promise<number>
}

async function shop(): Promise<Shop> {
  const file = makeDatabase(tables)
  const started = await startStorage({ shop: { kind: 'sqlite', file } })
  const count = async (table: string): Promise<number> => {
    const { rows } = await started.storage.query({ source: 'shop', from: table, aggregates: [{ fn: 'count', as: 'n' }] }, makeCall())
    return Number(rows[0]?.['n'])
  }
  return { ...started, file, count, transact: (steps, key) => started.storage.transact({ source: 'shop', steps }, makeCall({ key })) }
}

describe('transact', () => {
  test('inserts, updates and removes in order, and answers rows and generated keys', async () => {
    const { transact, storage } = await shop()
    const { results } = await transact([
      { insert: 'Orders', rows: [{ Customer: 'ALFKI', Note: 'one' }, { Customer: null, Note: 'two' }] },
      { insert: 'Lines', rows: [{ OrderID: { keyOf: 0 }, LineNo: 1, Product: 'Chai' }, { OrderID: { keyOf: 0, row: 1, column: 'OrderID' }, LineNo: 1, Product: 'Ikura' }] },
      { update: 'Orders', set: { Note: null }, where: { column: 'OrderID', op: '<=', value: 2 }, expect: 2 },
      { remove: 'Lines', where: { column: 'Product', op: '==', value: 'Ikura' } },
      { insert: 'Log', rows: [{ Text: 'done' }] },
    ])
    expect(results).toEqual([
      { affected: 2, keys: [{ OrderID: 1 }, { OrderID: 2 }] },
      { affected: 2, keys: [{ OrderID: 1, LineNo: 1 }, { OrderID: 2, LineNo: 1 }] },
      { affected: 2, keys: [] },
      { affected: 1, keys: [] },
      { affected: 1, keys: [{}] },
    ])
    expect((await storage.query({ source: 'shop', from: 'Lines' }, makeCall())).rows).toEqual([{ OrderID: 1, LineNo: 1, Product: 'Chai' }])
  })

  test('inserts a row of defaults, and updates every row when the filter says so', async () => {
    const { transact } = await shop()
    const { results } = await transact([{ insert: 'Orders', rows: [{}] }, { update: 'Customers', set: { Version: 2 }, where: { and: [] } }])
    expect(results).toEqual([{ affected: 1, keys: [{ OrderID: 1 }] }, { affected: 2, keys: [] }])
  })

  test.each<[string, Step, Record<string, unknown>]>([
    ['UNIQUE_VIOLATION', { insert: 'Customers', rows: [{ Code: 'ALFKI', Name: 'again' }] }, {}],
    ['FOREIGN_KEY_VIOLATION', { insert: 'Orders', rows: [{ Customer: 'NOONE' }] }, {}],
    ['NOT_NULL_VIOLATION', { insert: 'Customers', rows: [{ Code: 'X', Name: null }] }, {}],
    ['CHECK_VIOLATION', { update: 'Customers', set: { Credit: -1 }, where: { and: [] } }, {}],
    ['TRIGGER_REJECTED', { insert: 'Log', rows: [{ Text: 'forbidden' }] }, {}],
    ['TYPE_VIOLATION', { insert: 'Orders', rows: [{ OrderID: 'seven' }] }, {}],
    ['ROW_COUNT_MISMATCH', { update: 'Customers', set: { Name: 'x' }, where: { column: 'Version', op: '==', value: 9 }, expect: 1 }, { expected: 1, found: 0 }],
    ['ROW_COUNT_MISMATCH', { remove: 'Customers', where: { and: [] }, expect: 1 }, { expected: 1, found: 2 }],
    ['TABLE_UNKNOWN', { insert: 'Logs', rows: [{ Text: 'x' }] }, {}],
    ['COLUMN_UNKNOWN', { insert: 'Log', rows: [{ Test: 'x' }] }, {}],
    ['PLAN_INVALID', { insert: 'Log', rows: [{ Text: 'x' }, {}] }, {}],
    ['PLAN_INVALID', { insert: 'Log', rows: [{ Text: { keyOf: 1 } }] }, {}],
    ['PLAN_INVALID', { insert: 'Log', rows: [{ Text: { keyOf: 0, column: 'nope' } }] }, {}],
    ['VALUE_INVALID', { insert: 'Log', rows: [{ Text: '\uD800' }] }, {}],
    ['VALUE_INVALID', { insert: 'Log', rows: [{ Text: { bytes: 'no base64' } }] }, {}],
  ])('undoes everything at %s and names the step', async (code, step, details) => {
    const { transact, count } = await shop()
    const error = await errorFrom(transact([{ insert: 'Log', rows: [{ Text: 'first' }] }, step]))
    expect([error.code, error.details]).toEqual([code, { step: 1, ...details }])
    expect(await count('Log')).toBe(0)
    expect(await count('Customers')).toBe(2)
  })

  test('answers the key that each row has got, given, generated or of a form of its own, whatever a trigger writes beside it', async () => {
    const file = makeDatabase(`
      create table Noted (Id integer primary key, Text text);
      create table Turned (Id integer primary key desc, Text text);
      create table Keyed (Id integer primary key, Text text) without rowid;
      create table Log (Text text);
      insert into Log values ('one'), ('two');
      create trigger logged after insert on Noted begin insert into Log values (new.Text); end;
      create trigger left_out before insert on Noted when new.Text = 'none' begin select raise(ignore); end;
    `)
    const { storage } = await startStorage({ shop: { kind: 'sqlite', file } })
    const keys = async (step: Step): Promise<unknown[]> => (await storage.transact({ source: 'shop', steps: [step] }, makeCall())).results[0]?.keys.map((key) => key['Id']) ?? []
    expect(await keys({ insert: 'Noted', rows: [{ Id: 7, Text: 'a' }, { Id: '9', Text: 'b' }, { Id: null, Text: 'c' }, { Id: 3, Text: 'none' }, { Id: '9007199254740993', Text: 'd' }] })).toEqual([7, 9, 10, undefined, '9007199254740993'])
    expect(await keys({ insert: 'Noted', rows: [{ Text: 'e' }] })).toEqual(['9007199254740994'])
    expect(await keys({ insert: 'Noted', rows: [{ Id: 7, Text: 'new' }], replace: true })).toEqual([7])
    expect(await keys({ insert: 'Turned', rows: [{ Id: 5, Text: 'a' }, { Id: 4, Text: 'b' }] })).toEqual([5, 4])
    expect(await keys({ insert: 'Keyed', rows: [{ Id: 5, Text: 'a' }, { Id: 4, Text: 'b' }] })).toEqual([5, 4])
  })

  test('says what a mismatch expected and found', async () => {
    const { transact } = await shop()
    const error = await errorFrom(transact([{ remove: 'Customers', where: { column: 'Code', op: '==', value: 'NOONE' }, expect: 1 }]))
    expect(error.message).toBe('Ran step 0, a removal from "Customers": expected 1 rows, found 0')
  })

  test('answers a repeat of a key with the first answer, and does nothing', async () => {
    const { transact, count, storage } = await shop()
    const steps: Step[] = [{ insert: 'Log', rows: [{ Text: 'once' }] }, { insert: 'Orders', rows: [{ Note: 'once' }] }]
    const first = await transact(steps, 'key-1')
    expect(await transact(steps, 'key-1')).toEqual(first)
    expect(await count('Log')).toBe(1)
    expect(await codeFrom(transact([{ insert: 'Log', rows: [{ Text: 'other' }] }], 'key-1'))).toBe('KEY_REUSED')
    const other = makeCall({ key: 'key-1', caller: { ...makeCall().caller, component: 'another' } })
    await storage.transact({ source: 'shop', steps }, other)
    expect(await count('Log')).toBe(2)
  })

  test('does not remember the key of a failure', async () => {
    const { transact, count } = await shop()
    const step: Step = { update: 'Customers', set: { Name: 'x' }, where: { column: 'Code', op: '==', value: 'NEW' }, expect: 1 }
    expect(await codeFrom(transact([step], 'key-2'))).toBe('ROW_COUNT_MISMATCH')
    await transact([{ insert: 'Customers', rows: [{ Code: 'NEW', Name: 'n' }] }])
    await transact([step], 'key-2')
    expect(await count('Customers')).toBe(3)
  })

  test('remembers keys in the database itself, across a restart, the last ten thousand of a day', async () => {
    const { transact, dispose, file } = await shop()
    const steps: Step[] = [{ insert: 'Log', rows: [{ Text: 'once' }] }]
    await transact(steps, 'kept')
    await dispose()
    const database = new Database(file)
    const remembered = (): unknown => database.prepare('select count(*), min(seq) from caruso_keys').raw().all([])[0]
    database.exec(`update caruso_keys set seq = 5; insert into caruso_keys (seq, component, key, at, digest, results) values (1, 'tests', 'old', unixepoch('now', '-25 hours') * 1000, '', '[]'), (2, 'tests', 'fresh', unixepoch('now', '-23 hours') * 1000, '', '[]')`)
    const again = await startStorage({ shop: { kind: 'sqlite', file } })
    await again.storage.transact({ source: 'shop', steps }, makeCall({ key: 'kept' }))
    await again.storage.transact({ source: 'shop', steps }, makeCall({ key: 'next' }))
    expect(remembered()).toEqual([3, 2])
    database.exec(`insert into caruso_keys (seq, component, key, at, digest, results) values (10004, 'tests', 'far', unixepoch() * 1000, '', '[]')`)
    await again.storage.transact({ source: 'shop', steps }, makeCall({ key: 'last' }))
    expect(remembered()).toEqual([3, 6])
    database.close()
  })

  test('waits for another writer without holding the event loop, until its deadline', async () => {
    const { transact, storage, file, count } = await shop()
    const other = new Database(file)
    other.exec('begin immediate')
    const steps: Step[] = [{ insert: 'Log', rows: [{ Text: 'x' }] }]
    expect(await codeFrom(storage.transact({ source: 'shop', steps }, makeCall({ deadline: Date.now() + 100 })))).toBe('SOURCE_BUSY')
    const waiting = transact(steps)
    await new Promise((resolve) => setImmediate(resolve))
    other.exec('commit')
    await waiting
    expect(await count('Log')).toBe(1)
    other.close()
  })

  test('does nothing for a call that is cancelled', async () => {
    const { storage, count } = await shop()
    const call = makeCall({ signal: AbortSignal.abort() })
    expect(await codeFrom(storage.transact({ source: 'shop', steps: [{ insert: 'Log', rows: [{ Text: 'x' }] }] }, call))).toBe('CANCELLED')
    expect(await count('Log')).toBe(0)
  })

  test('refuses more values than one call may carry', async () => {
    const { transact } = await shop()
    const rows = Array.from({ length: 250_001 }, () => ({ Customer: null, Note: null }))
    expect(await codeFrom(transact([{ insert: 'Orders', rows }]))).toBe('LIMIT_EXCEEDED')
    // Nor more rows, though they have none.
    const without = Array.from({ length: 500_001 }, () => [])
    expect(await codeFrom(transact([{ insert: 'Orders', columns: [], rows: without }]))).toBe('LIMIT_EXCEEDED')
  })

  test('refuses to change a read-only source', async () => {
    const { storage } = await startStorage({ shop: { kind: 'sqlite', file: makeDatabase(tables), readonly: true } })
    const error = await errorFrom(storage.transact({ source: 'shop', steps: [{ remove: 'Log', where: { and: [] } }] }, makeCall()))
    expect([error.code, error.message]).toEqual(['SOURCE_READONLY', 'Changed data source "shop": it is configured as read-only'])
  })
})

test('changes are made of the tables as another process has just left them', async () => {
  const { file, transact, storage } = await shop()
  const set = (column: string): Promise<unknown> => transact([{ update: 'Customers', set: { [column]: 'x' }, where: { column: 'Code', op: '==', value: 'ALFKI' }, expect: 1 }])
  const add = (column: string): Promise<unknown> => transact([{ insert: 'Log', rows: [{ [column]: 'x' }] }])
  await set('Name')
  await add('Text')
  makeDatabase('alter table Customers rename column Name to Title; drop trigger forbidden; drop table Log; create table Log (Line text)', file)
  for (const [work, column, table] of [[set, 'Name', 'Customers'], [add, 'Text', 'Log']] as const) {
    expect(await errorFrom(work(column))).toMatchObject({ code: 'COLUMN_UNKNOWN', message: expect.stringContaining(`Looked up column "${column}" of table "${table}" in data source "shop": there is none`) })
  }
  await set('Title')
  await add('Line')
  expect((await storage.query({ source: 'shop', from: 'Log' }, makeCall())).rows).toEqual([{ Line: 'x' }])
  makeDatabase('drop table Log', file)
  expect(await codeFrom(add('Line'))).toBe('TABLE_UNKNOWN')
})
