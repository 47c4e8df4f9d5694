import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterChange } from '../src/alter/after.ts'
import { tablesOf } from '../src/alter/tables.ts'
import { canonicalJson } from '../src/copy/canonical-json.ts'
import { inDependencyOrder } from '../src/copy/dependency-order.ts'
import { plainDefault } from '../src/copy/plain-default.ts'
import { comparedFieldOf, RowSum } from '../src/copy/row-line.ts'
import { structureFor } from '../src/copy/structure.ts'
import type { TableDescription } from '../src/contract.ts'
import type { LogicalType } from '../src/logical-type.ts'

test.each<[LogicalType, string, unknown]>([
  ['text', "'it''s'::character varying(40)", "it's"], ['text', "('x')", 'x'], ['integer', '((-1))', -1], ['integer', "'5'::bigint", 5], ['decimal', '1.50', '1.5'], ['boolean', 'true', true], ['boolean', '1', true],
  ['instant', 'now()', undefined], ['instant', 'CURRENT_TIMESTAMP', undefined], ['integer', "nextval('t_id_seq'::regclass)", undefined], ['text', 'upper(\'x\')', undefined], ['date', "'2026-11-24'::date", '2026-11-24'], ['text', "'a' || 'b'", undefined],
])('a default of %s that is written %s is %s', (type, written, value) => {
  expect(plainDefault(type, written)).toBe(value)
})

test('each table comes after those that it needs, unless these need it', () => {
  fc.assert(fc.property(fc.array(fc.record({ name: fc.integer({ max: 20 }).map(String), needs: fc.array(fc.integer({ max: 20 }).map(String), { maxLength: 4 }) }), { maxLength: 20 }), (tables) => {
    const unique = [...new Map(tables.map((table) => [table.name, table])).values()]
    const ordered = inDependencyOrder(unique)
    expect(ordered.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(unique.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean => unique.find(({ name }) => name === from)?.needs.some((name) => name === to || (!seen.has(name) && reaches(name, to, seen.add(name)))) === true
    for (const [place, { name, needs }] of ordered.entries()) for (const needed of needs) if (!reaches(needed, name)) expect(ordered.findIndex((one) => one.name === needed)).toBeLessThan(place)
  }))
})

test('rows add up to the same in any order, and to something else when one cell is another', () => {
  const line = comparedFieldOf('text')
  const sumOf = (rows: readonly (readonly string[])[]): string => {
    const sum = new RowSum()
    for (const row of rows) sum.add(row.map(line).join('\t'))
    return String(sum)
  }
  const text = fc.string({ unit: 'binary' })
  fc.assert(fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 8 }), fc.nat(), fc.nat({ max: 1 }), text, (rows, at, cell, other) => {
    expect(sumOf(rows.toReversed())).toBe(sumOf(rows))
    const place = at % rows.length
    const changed = rows.map((row, index) => (index === place ? row.with(cell, other) : row))
    expect(sumOf(changed) === sumOf(rows)).toBe(rows[place]?.[cell] === other)
    const halves = new RowSum(sumOf(rows.slice(0, 1)))
    halves.addSum(new RowSum(sumOf(rows.slice(1))))
    expect(String(halves)).toBe(sumOf(rows))
  }))
})

test('JSON is compared by what it means: names in any order, numbers by their digits', () => {
  expect(canonicalJson('{"b": 1.0, "a": [1e2, 12345678901234567890.10, null, "x\\u0041"]}')).toBe('{"a":[100,12345678901234567890.1,null,"xA"],"b":1}')
})

test('what cannot be said in the words that all databases know is left out and told', () => {
  const table: TableDescription = {
    name: 'orders', kind: 'table', key: ['a', 'b'], unique: [{ columns: ['c'] }],
    columns: [
      { name: 'a', declared: 'bigint', type: 'integer', nullable: false, identity: 'by default' }, { name: 'b', declared: 'text', type: 'text', nullable: false },
      { name: 'c', declared: 'text', type: 'text', nullable: true, default: 'lower(b)' }, { name: 'd', declared: 'int', type: 'integer', nullable: true, generated: { stored: true, expression: 'a + 1' } },
    ],
    indexes: [{ name: 'expr', unique: false, parts: [{ expression: 'lower(c)' }] }],
    foreignKeys: [{ columns: ['c'], table: 'gone', references: ['x'], onDelete: 'cascade', onUpdate: 'no action' }],
    checks: [{ name: 'positive', expression: 'a > 0' }],
    triggers: [{ name: 'caruso_marks_insert orders', when: 'after', events: ['insert'] }, { name: 'audited', when: 'after', events: ['update'] }],
  }
  const { before, after, leftOut } = structureFor('mysql', [table, { ...table, name: 'shown', kind: 'view' }])
  expect(leftOut).toEqual(['trigger audited of orders', 'check positive of orders', 'shown: it is a view', 'foreign key of orders to gone', 'counting of orders.a', 'default lower(b) of orders.c', 'formula of orders.d; its values are copied', 'index expr of orders'])
  expect(before).toMatchObject([{ createTable: 'orders', columns: [{ name: 'a' }, { name: 'b', length: 384 }, { name: 'c', length: 768 }, { name: 'd' }] }])
  expect(after).toEqual([{ addIndex: { name: 'orders_c_key', unique: true, parts: [{ column: 'c' }] }, table: 'orders' }])
})

test('no two indexes get one name, nor that of a table or one that is too long, where names were those of a table', () => {
  const long = `orders_${'long_'.repeat(20)}`
  const tableOf = (name: string, indexes: readonly string[], key: string): TableDescription => ({
    name, kind: 'table', key: ['id'], unique: [], checks: [],
    columns: ['id', 'a', 'b', 'c'].map((column) => ({ name: column, declared: 'int', type: 'integer', nullable: column !== 'id' })),
    indexes: indexes.map((index, place) => ({ name: index, unique: false, parts: [{ column: ['a', 'b', 'c'][place] ?? 'a' }] })),
    foreignKeys: [{ name: key, columns: ['a'], table: 'item', references: ['id'], onDelete: 'no action', onUpdate: 'no action' }],
  })
  const { before, after } = structureFor('pg', [tableOf('item', ['item_orders', 'ITEM'], 'item_orders'), tableOf('orders', ['item_orders', long, 'orders'], 'item_orders')])
  expect(after.flatMap((change) => ('addIndex' in change ? change.addIndex.name : []))).toEqual(['item_orders', 'item_ITEM', 'orders_item_orders', expect.stringMatching(/^orders_.{56}$/), 'orders_orders'])
  expect(after.flatMap((change) => ('addForeignKey' in change ? change.addForeignKey.name : []))).toEqual(['item_orders', 'orders_item_orders'])
  expect([...before, ...after].reduce(afterChange, tablesOf([])).size).toBe(2)
})
