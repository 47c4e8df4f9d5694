import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeFrom } from '../../../test/failures.ts'
import type { Plan, Step } from '../src/contract.ts'
import { makeCall, makeDatabase, startStorage } from './harness.ts'
import type { Started } from './harness.ts'

const tables = `create table t (id integer primary key, name text); insert into t values (1, 'one'), (2, 'two'); create table secret (word text); insert into secret values ('swordfish')`

const attacks = [
  't; drop table t',
  't" --',
  '"t"',
  't"; delete from t; --',
  "' or 1 = 1 --",
  '" or 1 = 1 --',
  't where 1 = 1 union select word from secret',
  't as secret',
  'secret.word',
  't.id',
  '*',
  'n0',
  't0',
  'n0.n1',
  'id) union select word from secret --',
  'count(*)',
  '?',
  '??',
  ':name',
  '\\?',
  't\0',
  '__proto__',
  'constructor',
  'toString',
  'rowid ',
]

type Attack = (text: string) => Omit<Plan, 'source'>

// Every place of a plan that takes a name.
const names: Readonly<Record<string, Attack>> = {
  from: (text) => ({ from: text }),
  column: (text) => ({ from: 't', columns: [text] }),
  'column of': (text) => ({ from: 't', columns: [{ column: 'id', of: text }] }),
  'joined table': (text) => ({ from: 't', columns: ['id'], joins: [{ table: text, as: 'j', on: [{ left: { column: 'id', of: 't' }, right: { column: 'id', of: 'j' } }] }] }),
  'left of a join': (text) => ({ from: 't', columns: ['id'], joins: [{ table: 'secret', on: [{ left: { column: text, of: 't' }, right: { column: 'word' } }] }] }),
  'right of a join': (text) => ({ from: 't', columns: ['id'], joins: [{ table: 'secret', on: [{ left: { column: 'id' }, right: { column: text, of: 'secret' } }] }] }),
  'compared column': (text) => ({ from: 't', where: { not: { and: [{ column: text, op: '==', value: 1 }] } } }),
  'listed column': (text) => ({ from: 't', where: { column: text, in: [1] } }),
  'text column': (text) => ({ from: 't', where: { column: text, startsWith: 'o' } }),
  'null column': (text) => ({ from: 't', where: { column: text, isNull: true } }),
  'grouped column': (text) => ({ from: 't', group: [{ column: text }] }),
  'aggregated column': (text) => ({ from: 't', aggregates: [{ fn: 'max', column: text, as: 'x' }] }),
  'ordering column': (text) => ({ from: 't', order: [{ column: text }] }),
}

// Every place that takes any text at all: it must stay text.
const values: Readonly<Record<string, Attack>> = {
  'compared value': (text) => ({ from: 't', columns: ['id'], where: { column: 'name', op: '==', value: text } }),
  'listed value': (text) => ({ from: 't', columns: ['id'], where: { column: 'name', in: [text, 'nobody'] } }),
  'beginning of a text': (text) => ({ from: 't', columns: ['id'], where: { column: 'name', startsWith: text } }),
}

const outputs: Readonly<Record<string, Attack>> = {
  'name of a value': (text) => ({ from: 't', columns: [{ column: 'id', as: text }], limit: 1 }),
  'name of a table': (text) => ({ from: 't', as: text, columns: [{ column: 'id', of: text }], limit: 1 }),
  'name of an aggregate': (text) => ({ from: 't', aggregates: [{ fn: 'min', column: 'id', as: text }], order: [{ column: text }] }),
}

async function started(): Promise<Started['storage']> {
  return (await startStorage({ data: { kind: 'sqlite', file: makeDatabase(tables) } })).storage
}

async function untouched(storage: Started['storage']): Promise<void> {
  expect((await storage.query({ source: 'data', from: 't' }, makeCall())).rows).toEqual([{ id: 1, name: 'one' }, { id: 2, name: 'two' }])
  expect((await storage.query({ source: 'data', from: 'secret' }, makeCall())).rows).toHaveLength(1)
}

describe('injection', () => {
  test.each(Object.keys(names))('is refused as a %s', async (place) => {
    const storage = await started()
    for (const text of attacks) {
      const plan = names[place]?.(text)
      if (plan) expect([text, await codeFrom(storage.query({ source: 'data', ...plan }, makeCall()))]).toEqual([text, expect.stringMatching(/^(TABLE|COLUMN)_UNKNOWN$/)])
    }
    await untouched(storage)
  })

  test.each(Object.keys(values))('stays a text as a %s', async (place) => {
    const storage = await started()
    for (const text of attacks) {
      const plan = values[place]?.(text)
      if (plan) expect([text, (await storage.query({ source: 'data', ...plan }, makeCall())).rows]).toEqual([text, []])
    }
    await untouched(storage)
  })

  test.each(Object.keys(outputs))('is no more than a name as a %s', async (place) => {
    const storage = await started()
    for (const text of attacks.filter((attack) => attack !== '__proto__')) {
      const plan = outputs[place]?.(text)
      if (plan) expect((await storage.query({ source: 'data', ...plan }, makeCall())).rows).toEqual([{ [place === 'name of a table' ? 'id' : text]: 1 }])
    }
    await untouched(storage)
  })

  test('cannot reach the prototype of a row', async () => {
    const storage = await started()
    for (const plan of [outputs['name of a value']?.('__proto__'), outputs['name of an aggregate']?.('__proto__')]) {
      if (plan) expect(await codeFrom(storage.query({ source: 'data', ...plan }, makeCall()))).toBe('PLAN_INVALID')
    }
  })

  test('is refused in the names of a change, and stays a text in its values', async () => {
    const storage = await started()
    for (const text of attacks) {
      const bad: Step[] = [
        { insert: text, rows: [{ id: 9 }] },
        { insert: 't', rows: [Object.fromEntries([[text, 9]])] },
        { update: text, set: { name: 'x' }, where: { and: [] } },
        { update: 't', set: Object.fromEntries([[text, 9]]), where: { and: [] } },
        { update: 't', set: { name: 'x' }, where: { column: text, isNull: true } },
        { remove: text, where: { and: [] } },
        { remove: 't', where: { column: text, op: '!=', value: 1 } },
        { remove: 't', where: { column: 'id', of: text, op: '!=', value: 1 } },
      ]
      for (const step of bad) expect([step, await codeFrom(storage.transact({ source: 'data', steps: [step] }, makeCall()))]).toEqual([step, expect.stringMatching(/^(TABLE|COLUMN)_UNKNOWN$/)])
      const good: Step[] = [{ insert: 'secret', rows: [{ word: text }] }, { remove: 'secret', where: { column: 'word', op: '==', value: text }, expect: 1 }]
      await storage.transact({ source: 'data', steps: good }, makeCall())
    }
    await untouched(storage)
  })

  test('finds no way in with random names and values', async () => {
    const storage = await started()
    const text = fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }))
    const plans = [...Object.values(names), ...Object.values(values), ...Object.values(outputs)]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...plans), text, async (plan, attack) => {
        const code = await codeFrom(storage.query({ source: 'data', ...plan(attack) }, makeCall()))
        expect([undefined, 'TABLE_UNKNOWN', 'COLUMN_UNKNOWN', 'PLAN_INVALID', 'VALUE_INVALID']).toContain(code)
      }),
      { numRuns: 3000 },
    )
    await untouched(storage)
  })
})
