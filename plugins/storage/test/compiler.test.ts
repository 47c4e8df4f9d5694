import { describe, expect, test } from 'vitest'
import { Catalogue } from '../src/catalogue.ts'
import type { Table } from '../src/catalogue.ts'
import { Compiler } from '../src/compiler.ts'
import type { Plan } from '../src/contract.ts'
import { sqliteDialect } from '../src/dialect/sqlite/dialect.ts'
import { loadKnex } from '../src/sql-builder.ts'

async function makeCompiler(): Promise<Compiler> {
  const columns = new Map(['id', 'name'].map((name) => [name, { name, text: name === 'name', stored: name === 'name' ? 'text' : 'integer', nullable: true }]))
  const table: Table = { name: 't', columns, key: ['id'] }
  const catalogue = new Catalogue('data', { version: () => 1, names: () => ['t'], table: () => table }, () => {})
  return new Compiler(await loadKnex(sqliteDialect), sqliteDialect, catalogue)
}

const plan = (value: Plan['limit'] | string | null): Plan => ({ source: 'data', from: 't', where: { or: [{ column: 'id', op: '==', value: value ?? null }, { column: 'name', in: ['a', String(value)] }] } })

describe('Compiler', () => {
  test('makes the SQL of a shape once, and lets no value into it', async () => {
    const compiler = await makeCompiler()
    const first = compiler.select(plan(1), 10)
    expect(first.statement.sql).toBe('select "t0"."id" as "id", "t0"."name" as "name" from "t" as "t0" where ("t0"."id" = ?) or ("t0"."name" in (?, ?)) limit (? + 0)')
    expect(first.values).toEqual([1, 'a', '1', 10])
    for (let value = 0; value < 100; value++) expect(compiler.select(plan(value), value).statement).toBe(first.statement)
    expect(compiler.size).toBe(1)
  })

  test('tells shapes apart that differ in a null, a limit, a column or an order', async () => {
    const compiler = await makeCompiler()
    const shapes = [
      compiler.select(plan(1), 10),
      compiler.select(plan(null), 10),
      compiler.select(plan(1), undefined),
      compiler.select({ ...plan(1), columns: ['id'] }, 10),
      compiler.select({ ...plan(1), order: [{ column: 'id' }] }, 10),
      compiler.select({ ...plan(1), order: [{ column: 'id', desc: true }] }, 10),
      compiler.select({ ...plan(1), offset: 1 }, 10),
      compiler.update('t', ['name'], {}, { and: [] }),
      compiler.update('t', ['id'], {}, { and: [] }),
      compiler.remove('t', { and: [] }),
      compiler.remove('t', { or: [] }),
    ]
    expect(new Set(shapes.map(({ statement }) => statement.sql)).size).toBe(shapes.length)
  })

  test('gives many whole numbers one place', async () => {
    const compiler = await makeCompiler()
    const ids = Array.from({ length: 20 }, (_, index) => index)
    const { statement } = compiler.select({ source: 'data', from: 't', columns: ['id'], where: { and: [{ column: 'id', in: ids, type: 'integer' }, { not: { column: 'id', in: ids, type: 'integer' } }] } }, undefined)
    expect(statement.sql).toBe('select "t0"."id" as "id" from "t" as "t0" where ("t0"."id" in (select value from json_each(?))) and ("t0"."id" not in (select value from json_each(?)) or "t0"."id" is null)')
  })

  test('forgets the shapes that were used longest ago', async () => {
    const compiler = await makeCompiler()
    for (let index = 0; index < 700; index++) compiler.select({ source: 'data', from: 't', columns: [{ column: 'id', as: `id${index}` }] }, 1)
    expect(compiler.size).toBe(500)
  })

  test('numbers places by the conditions, in whatever order a plan names its parts', async () => {
    const compiler = await makeCompiler()
    const { statement, values } = compiler.select({ limit: 5, offset: 7, where: { and: [{ value: 1, op: '<', column: 'id' }, { not: { startsWith: 'x', column: 'name' } }] }, from: 't', source: 'data' }, 5)
    expect(statement.bindings.map((binding) => (typeof binding === 'number' ? binding : values[binding.index]))).toEqual([1, 'x', 5, 7])
  })
})
