import { expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../../test/failures.ts'
import type { Filter, Step, Term } from '../../src/contract.ts'
import { onEachDatabase } from './each-database.ts'
import type { Tried } from './each-database.ts'

/** People, each with a chief among them, and what they ordered. */
async function staff({ table, transact }: Tried): Promise<{ readonly people: string; readonly orders: string }> {
  const people = await table({ id: 'key', name: 'text', team: 'text', chief: 'integer' })
  const orders = await table({ id: 'key', person: 'integer', total: 'decimal' })
  await transact([
    { insert: people, rows: [{ name: 'Ada', team: 'a', chief: null }, { name: 'Bea', team: 'b', chief: 1 }, { name: 'Cem', team: 'a', chief: 2 }, { name: 'Dag', team: null, chief: 3 }] },
    { insert: orders, rows: [{ person: 1, total: '1.5' }, { person: 2, total: '2.5' }, { person: 3, total: '4' }] },
  ])
  return { people, orders }
}

const is = (of: string, team: string): Term => ({ op: '==', of: [{ column: 'team', of, type: 'text' }, { value: team, type: 'text' }], type: 'boolean' })
const toChief = (people: string, where: Term) => ({ table: people, as: 'c', kind: 'left', on: [{ left: { column: 'chief', of: 'p' }, right: { column: 'id', of: 'c' } }], where }) as const

onEachDatabase('conditions of joins', (open) => {
  test('leave a row without the other where they do not hold, and their values come before those of the filter', async () => {
    const tried = await open()
    const { people } = await staff(tried)
    const chiefs = (team: string, from: string): Promise<unknown> =>
      tried.query({ from: people, as: 'p', joins: [toChief(people, is('c', team))], columns: [{ column: 'name', of: 'p' }, { column: 'name', of: 'c', as: 'chief' }], where: { column: 'name', of: 'p', op: '>=', value: from }, order: [{ column: 'id', of: 'p' }], limit: 2 })
    expect(await chiefs('a', 'Bea')).toEqual([{ name: 'Bea', chief: 'Ada' }, { name: 'Cem', chief: null }])
    expect(await chiefs('b', 'Cem')).toEqual([{ name: 'Cem', chief: 'Bea' }, { name: 'Dag', chief: null }])
  })

  test('may ask about other tables, and hold within folds', async () => {
    const tried = await open()
    const { people, orders } = await staff(tried)
    const ordered = (of: string, least: string): Term => ({
      fold: 'exists',
      over: { table: orders, as: 'o', joins: [{ table: people, as: 'q', kind: 'left', on: [{ left: { column: 'person', of: 'o' }, right: { column: 'id', of: 'q' } }], where: is('q', 'a') }], on: [{ left: { column: 'id', of }, right: { column: 'person', of: 'o' } }] },
      where: { op: 'and', of: [{ op: '>', of: [{ column: 'total', of: 'o', type: 'decimal' }, { value: least, type: 'number' }], type: 'boolean' }, { op: '!=', of: [{ column: 'id', of: 'q', type: 'integer' }, { value: null, type: 'number' }], type: 'boolean' }], type: 'boolean' },
      type: 'boolean',
    })
    const names = { from: people, as: 'p', columns: [{ column: 'name', of: 'p' }], order: [{ column: 'id', of: 'p' }] }
    expect(await tried.query({ ...names, where: { term: ordered('p', '1') } })).toEqual([{ name: 'Ada' }, { name: 'Cem' }])
    expect(await tried.query({ ...names, columns: [{ column: 'name', of: 'c', as: 'chief' }], joins: [toChief(people, ordered('c', '2'))] })).toEqual([{ chief: null }, { chief: null }, { chief: null }, { chief: 'Cem' }])
  })
})

onEachDatabase('a condition of many numbers', (open, kind) => {
  test('is the same whether an index begins with the column, or ends with it, or there is none', async () => {
    const tried = await open()
    const table = await tried.table({ id: 'key', first: 'integer', second: 'integer', plain: 'integer', small: { sqlite: 'smallint', pg: 'smallint', mysql: 'smallint' } })
    const quoted = kind === 'mysql' ? `\`${table}\`` : `"${table}"`
    await tried.run(`create index ${table}_both on ${quoted} (first, second)`)
    await tried.run(`create index ${table}_small on ${quoted} (small)`)
    await tried.transact([{ insert: table, rows: Array.from({ length: 300 }, (_, n) => ({ first: n, second: n, plain: n, small: n % 100 === 99 ? null : n })) }])
    // Those of which a list is filled up are of no other number, and what no column holds is no mistake.
    const wanted = [...Array.from({ length: 40 }, (_, n) => n * 7), 0, 9_007_199_254_740_991, -1, 70_000, 70_000]
    for (const column of ['first', 'second', 'plain', 'small']) {
      const ids = async (where: Filter): Promise<unknown[]> => (await tried.query({ from: table, columns: ['id'], where, order: [{ column: 'id' }] })).map(({ id }) => Number(id) - 1)
      const among = Array.from({ length: 300 }, (_, n) => n).filter((n) => wanted.includes(n) && (column !== 'small' || n % 100 !== 99))
      expect(await ids({ column, type: 'integer', in: wanted })).toEqual(among)
      expect(await ids({ not: { column, type: 'integer', in: wanted } })).toEqual(Array.from({ length: 300 }, (_, n) => n).filter((n) => !among.includes(n)))
    }
  })
})

onEachDatabase('a list of texts', (open) => {
  test('finds each of them, whatever it has in it, with null or without, on columns with an index and without', async () => {
    const tried = await open()
    const table = await tried.table({ id: 'key', text: 'text', indexed: 'text', short: { sqlite: 'varchar(40)', pg: 'varchar(40)', mysql: 'varchar(40)' } })
    await tried.run(`create index ${table}_indexed on ${table} (indexed)`)
    const texts = ['NULL', 'null', '', ' ', '{a,b}', 'a,b', '"', '\\', '\\"', "'", 'Straße', 'STRASSE', '\u{1F600}', 'a\nb', '$1', '?', '??', 'a', 'A', 'b']
    await tried.transact([{ insert: table, rows: [...texts, null].map((text) => ({ text, indexed: text, short: text })) }])
    for (const column of ['text', 'indexed', 'short']) {
      const found = async (values: readonly (string | null)[], negative = false) => {
        const among = { column, type: 'text', in: values } as const
        return (await tried.query({ from: table, columns: [column], where: negative ? { not: among } : among, order: [{ column: 'id' }] })).map((row) => row[column])
      }
      expect(await found(texts)).toEqual(texts)
      for (const some of [['{a,b}', 'b'], ['NULL', 'x'], ['', '\\"', 'Straße'], ['"', "'", '$1', '?', 'nothing']]) {
        const expected = texts.filter((text) => some.includes(text))
        expect(await found(some)).toEqual(expected)
        expect(await found([...some, null])).toEqual([...expected, null])
        expect(await found(some, true)).toEqual([...texts.filter((text) => !some.includes(text)), null])
      }
    }
  })
})

onEachDatabase('a check', (open) => {
  test('undoes the transaction where the rows are not as expected after the steps before it', async () => {
    const tried = await open()
    const { people } = await staff(tried)
    const change: Step = { update: people, set: { team: 'b' }, where: { column: 'name', op: '==', value: 'Ada' } }
    const check = (team: string, expected: number): Step => ({ check: people, as: 'p', columns: ['id'], rows: [[1], [2]], types: { id: 'integer' }, where: { term: is('p', team) }, expect: expected })
    const error = await errorFrom(tried.transact([change, check('a', 1)]))
    expect([error.code, error.details, error.message]).toEqual(['ROW_COUNT_MISMATCH', { step: 1, expected: 1, found: 0 }, `Ran step 1, a check of "${people}": expected 1 rows, found 0`])
    expect(await tried.query({ from: people, columns: ['team'], limit: 1, order: [{ column: 'id' }] })).toEqual([{ team: 'a' }])
    expect(await tried.transact([check('a', 1), change, check('b', 2)])).toMatchObject([{ affected: 1, keys: [] }, { affected: 1 }, { affected: 2 }])
  })

  test('knows the keys that earlier steps generated, joins other tables, and counts thousands of rows', async () => {
    const tried = await open()
    const { people } = await staff(tried)
    const insert: Step = { insert: people, rows: Array.from({ length: 5_000 }, () => ({ team: 'c', chief: 1 })) }
    const checks = (rows: number): Step => ({ check: people, as: 'p', joins: [toChief(people, is('c', 'a'))], columns: ['id'], rows: Array.from({ length: rows }, (_, row) => [{ keyOf: 0, row }]), where: { and: [{ term: is('p', 'c') }, { column: 'name', of: 'c', op: '==', value: 'Ada' }] }, expect: 5_000 })
    expect(await codeFrom(tried.transact([insert, checks(4_999)]))).toBe('ROW_COUNT_MISMATCH')
    expect((await tried.transact([insert, checks(5_000)]))[1]).toEqual({ affected: 5_000, keys: [] })
    const pairs: Step = { check: people, columns: ['id', 'name'], rows: Array.from({ length: 300 }, (_, id) => [id, id === 2 ? 'Bea' : 'Ada']), types: { id: 'integer' }, expect: 2 }
    expect((await tried.transact([insert, pairs]))[1]).toEqual({ affected: 2, keys: [] })
  })
})
