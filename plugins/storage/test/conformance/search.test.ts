import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../../test/failures.ts'
import type { Change, Filter, Row } from '../../src/contract.ts'
import { SearchReader } from '../../src/search-reader.ts'
import { openSource } from '../../src/sources.ts'
import { wordsOf } from '../../src/words.ts'
import { makeCall } from '../harness.ts'
import { hurtingText } from '../hurting-text.ts'
import { onEachDatabase } from './each-database.ts'
import type { Tried } from './each-database.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

async function alter({ storage }: Tried, change: Change, run = true): Promise<readonly (readonly string[])[]> {
  return (await storage.alter({ source: 'data', changes: [change], run }, makeCall())).statements
}

/** Reads the marks as the active instance does. */
async function readMarks({ config }: Tried): Promise<number> {
  const source = await openSource('data', config, silent)
  try {
    return await new SearchReader(source).read(makeCall, () => false)
  } finally {
    await source.close()
  }
}

const marksLeft = async ({ query }: Tried, table: string): Promise<number> => Number((await query({ from: `caruso_marks_${table}`, aggregates: [{ fn: 'count', as: 'n' }] }))[0]?.['n'])

onEachDatabase('an index for searches', (open) => {
  test('has what is in the table, whoever wrote it and whether it was read or not', async () => {
    const tried = await open()
    const { table, transact, query, run } = tried
    const from = await table({ id: 'key', name: 'text', city: 'text', n: 'integer' })
    await transact([{ insert: from, rows: [{ name: 'Ola Nordmann', city: 'Oslo' }, { name: 'Kari Nordby', city: 'Åsnes' }, { name: null, city: 'Nord-Odal' }] }])
    const found = async (...search: string[]): Promise<unknown> => (await query({ from, columns: ['id'], where: { search, columns: ['name', 'city'] }, order: [{ column: 'id' }] })).map(({ id }) => id)
    expect(await found('nord')).toEqual([1, 2, 3])
    await alter(tried, { addSearch: ['name', 'city'], table: from })
    expect(await Promise.all([found('nord'), found('osl', 'ol'), found('oslo', 'kari')])).toEqual([[1, 2, 3], [1], []])
    expect(await readMarks(tried)).toBe(3)
    expect(await marksLeft(tried, from)).toBe(0)
    expect((await query({ from: `caruso_words_${from}`, columns: ['caruso_word'], where: { column: 'id', op: '==', value: 2 }, order: [{ column: 'caruso_word' }] })).map((row) => row['caruso_word'])).toEqual(['asnes', 'kari', 'nordby'])
    expect(await Promise.all([found('nord'), found('osl', 'ol'), found('asnes'), found('ordmann')])).toEqual([[1, 2, 3], [1], [2], []])
    // As another application writes, before anybody has read it.
    await run(`update ${from} set name = 'Per', city = 'Bergen' where id = 1`)
    await run(`insert into ${from} (name) values ('Nordlys')`)
    await run(`delete from ${from} where id = 3`)
    expect(await Promise.all([found('nord'), found('berg'), found('ola')])).toEqual([[2, 4], [1], []])
    await readMarks(tried)
    expect(await marksLeft(tried, from)).toBe(0)
    expect(await Promise.all([found('nord'), found('berg'), found('ola')])).toEqual([[2, 4], [1], []])
    expect(await query({ from: `caruso_words_${from}`, where: { column: 'id', op: '==', value: 3 } })).toEqual([])
    expect((await query({ from, columns: ['id'], where: { not: { search: ['nord'], columns: ['name', 'city'] } } })).map(({ id }) => id)).toEqual([1])
    await transact([{ update: from, set: { n: 1 }, where: { search: ['kari'], columns: ['name'] }, expect: 1 }])
    await alter(tried, { dropSearch: ['name', 'city'], table: from })
    expect(await found('nord')).toEqual([2, 4])
    await run(`update ${from} set name = 'Nord' where id = 1`)
    expect(await found('nord')).toEqual([1, 2, 4])
  })

  test('of a key of two columns, and of texts', async () => {
    const tried = await open()
    const from = await tried.table({ a: { sqlite: 'text not null', pg: 'varchar(20) not null', mysql: 'varchar(20) not null' }, b: { sqlite: 'integer not null', pg: 'int not null', mysql: 'int not null' }, name: 'text' }, 'primary key (a, b)')
    await tried.transact([{ insert: from, rows: [{ a: 'x', b: 1, name: 'Oslo' }, { a: 'y', b: 1, name: 'Oslo by' }] }])
    await alter(tried, { addSearch: ['name', 'a'], table: from })
    await readMarks(tried)
    await tried.run(`update ${from} set a = 'z', name = 'Bergen' where a = 'x'`)
    const found = async (): Promise<unknown> => (await tried.query({ from, columns: ['a'], where: { search: ['os'], columns: ['name', 'a'] } })).map(({ a }) => a)
    expect(await found()).toEqual(['y'])
    await readMarks(tried)
    expect(await found()).toEqual(['y'])
    expect(await tried.query({ from: `caruso_words_${from}`, columns: ['caruso_word'], order: [{ column: 'caruso_word' }] })).toEqual(['bergen', 'by', 'oslo', 'y', 'z'].map((word) => ({ caruso_word: word })))
  })

  test('finds the same as no index, while rows change and are read', async () => {
    const tried = await open()
    const { table, transact, query } = tried
    const from = await table({ id: 'key', name: 'text', note: 'text' })
    await alter(tried, { addSearch: ['name', 'note'], table: from })
    const source = await openSource('data', tried.config, silent)
    onTestFinished(() => source.close())
    const reader = new SearchReader(source)
    const rows = new Map<number, { name: string; note: string }>()
    let next = 1
    for (const [index, [name, note, act, at]] of fc.sample(fc.tuple(hurtingText, hurtingText, fc.nat(5), fc.nat()), { numRuns: 120, seed: 11 }).entries()) {
      const id = [...rows.keys()].at(at % Math.max(rows.size, 1))
      if (act === 0 && id !== undefined) {
        await transact([{ remove: from, where: { column: 'id', op: '==', value: id } }])
        rows.delete(id)
      } else if (act < 3 && id !== undefined) {
        await transact([{ update: from, set: { name, note }, where: { column: 'id', op: '==', value: id } }])
        rows.set(id, { name, note })
      } else {
        await transact([{ insert: from, rows: [{ id: next, name, note }] }])
        rows.set(next++, { name, note })
      }
      if (index % 3 === 0) await reader.read(makeCall, () => false)
      const search = wordsOf(`${name} ${note}`).map((word) => Array.from(word).slice(0, 2).join('')).filter((word) => !/(.)\1{4}/u.test(word)).slice(0, 2)
      if (search.length === 0) continue
      const expected = [...rows].filter(([, row]) => search.every((word) => wordsOf(`${row.name} ${row.note}`).some((one) => one.startsWith(word)))).map(([key]) => key)
      expect([index, search, (await query({ from, columns: ['id'], where: { search, columns: ['name', 'note'] } })).map(({ id: key }) => Number(key)).toSorted((a, b) => a - b)]).toEqual([index, search, expected.toSorted((a, b) => a - b)])
    }
  }, 60_000)

  test('misses nothing where two read, and rows change meanwhile', async () => {
    const tried = await open()
    const from = await tried.table({ id: 'key', name: 'text' })
    await tried.transact([{ insert: from, rows: Array.from({ length: 300 }, (_, index) => ({ name: `name${index}` })) }])
    await alter(tried, { addSearch: ['name'], table: from })
    const change = async (): Promise<void> => {
      for (let id = 1; id <= 300; id += 7) await tried.transact([{ update: from, set: { name: `other${id}` }, where: { column: 'id', op: '==', value: id } }])
    }
    await Promise.all([readMarks(tried), change(), readMarks(tried)])
    await readMarks(tried)
    expect(await marksLeft(tried, from)).toBe(0)
    const count = async (word: string): Promise<unknown> => (await tried.query({ from, where: { search: [word], columns: ['name'] }, aggregates: [{ fn: 'count', as: 'n' }] }))[0]?.['n']
    expect([await count('other'), await count('name'), (await tried.query({ from: `caruso_words_${from}`, aggregates: [{ fn: 'count', as: 'n' }] }))[0]?.['n']]).toEqual([43, 257, 300])
  })

  test('is used: a row whose word it does not have is not looked at', async () => {
    const tried = await open()
    const from = await tried.table({ id: 'key', name: 'text' })
    await tried.transact([{ insert: from, rows: [{ name: 'Ola' }, { name: 'Ola' }] }])
    await alter(tried, { addSearch: ['name'], table: from })
    await readMarks(tried)
    await tried.run(`delete from caruso_words_${from} where id = 1`)
    expect(await tried.query({ from, columns: ['id'], where: { search: ['ola'], columns: ['name'] } })).toEqual([{ id: 2 }])
  })

  test('reads what can be read: a text that is too long keeps its mark, and is found', async () => {
    const tried = await open()
    const from = await tried.table({ id: 'key', name: { sqlite: 'text', pg: 'text', mysql: 'longtext' } })
    await tried.transact([{ insert: from, rows: [{ name: 'Ola' }, { name: 'x' }, { name: 'Kari' }] }])
    await tried.run(`update ${from} set name = ${tried.kind === 'sqlite' ? `'Ola ' || printf('%.*c', 1100000, 'x')` : `concat('Ola ', repeat('x', 1100000))`} where id = 2`)
    await alter(tried, { addSearch: ['name'], table: from })
    await readMarks(tried)
    expect(await marksLeft(tried, from)).toBe(1)
    expect(await tried.query({ from, columns: ['id'], where: { search: ['ola'], columns: ['name'] }, order: [{ column: 'id' }] })).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('reads rows that have more words together than one transaction may', async () => {
    const tried = await open()
    const { table, transact } = tried
    const from = await table({ a: 'integer', b: 'integer', c: 'integer', d: 'integer', note: { sqlite: 'text', pg: 'text', mysql: 'longtext' } }, 'primary key (a, b, c, d)')
    await alter(tried, { addSearch: ['note'], table: from })
    const note = Array.from({ length: 1_100 }, (_, index) => `w${index}`).join(' ')
    await transact([{ insert: from, columns: ['a', 'b', 'c', 'd', 'note'], rows: Array.from({ length: 110 }, (_, a) => [a, 1, 1, 1, note]) }])
    expect(await readMarks(tried)).toBe(110)
    expect(await marksLeft(tried, from)).toBe(0)
  })

  test('is told before it is made, and refused where it cannot be', async () => {
    const tried = await open()
    const from = await tried.table({ id: 'key', name: 'text', n: 'integer' })
    const keyless = await tried.table({ name: 'text' })
    const shown = await alter(tried, { addSearch: ['name'], table: from }, false)
    expect(shown[0]?.some((sql) => sql.startsWith('create trigger'))).toBe(true)
    expect(await codeFrom(tried.query({ from: `caruso_words_${from}` }))).toBe('TABLE_UNKNOWN')
    expect((await errorFrom(alter(tried, { addSearch: ['name'], table: keyless }))).message).toContain('it has no primary key')
    expect((await errorFrom(alter(tried, { addSearch: ['n'], table: from }))).message).toContain('the column "n" holds no texts')
    expect((await errorFrom(alter(tried, { dropSearch: ['name'], table: from }))).message).toContain('it has none')
    await alter(tried, { addSearch: ['name'], table: from })
    const needed: readonly Change[] = [{ addSearch: ['name'], table: from }, { dropTable: from }, { renameTable: from, to: 'elsewhere' }, { dropColumn: 'name', table: from }, { renameColumn: 'id', table: from, to: 'number' }]
    for (const change of needed) expect(await codeFrom(alter(tried, change))).toBe('CHANGE_REFUSED')
    await alter(tried, { dropColumn: 'n', table: from })
    const where: Filter = { search: ['ola'], columns: ['name', 'nowhere'] }
    expect(await codeFrom(tried.query({ from, where }))).toBe('COLUMN_UNKNOWN')
    const rows: readonly Row[] = await tried.query({ from, where: { search: ['ola'], columns: ['name'] } })
    expect(rows).toEqual([])
  })
})
