import { describe, expect, inject, test } from 'vitest'
import { appliedBy, applyModel } from '../src/migrate/apply-model.ts'
import { driftOf } from '../src/migrate/drift.ts'
import type { ModelSource } from '../src/migrate/model-source.ts'
import { undoModel } from '../src/migrate/undo-model.ts'
import { crm, planned } from './migrated.ts'

const tag = 'class: Tag\nkey: id\nsearch: [name]\nattributes: { id: number, name: { type: text, max: 30 } }\n'
const notWhole = 'tag: its index for searches is not whole, which apply mends: '
const [unnoticed, unchanged, unremoved] = ['no trigger tells it of rows that are added, so searches miss these', 'no trigger tells it of rows that are changed, so searches miss what they say now', 'no trigger tells it of rows that are removed, so their words stay'].map((fault) => notWhole + fault)
const mended = ['drop search index of "tag"', 'add search index of "name" to "tag"']

async function drift(source: ModelSource): Promise<string[]> {
  const { tables, last } = await source.state()
  return driftOf(appliedBy(last), tables)
}

async function found(source: ModelSource, word: string): Promise<unknown> {
  const { rows } = await source.storage.query({ source: 'crm', from: 'tag', columns: ['id'], where: { search: [word], columns: ['name'] }, order: [{ column: 'id' }] }, source.call())
  return rows.map(({ id }) => id)
}

type Case = readonly [what: string, sql: string, drift: readonly (string | undefined)[]]

const everywhere: readonly Case[] = [
  ['the table of words', 'drop table caruso_words_tag', [`${notWhole}its table caruso_words_tag is missing, so searches read all rows`]],
  ['the table of marks', 'drop table caruso_marks_tag', [`${notWhole}its table caruso_marks_tag, which says which rows were changed, is missing, and without it nothing can be written`]],
]

const cases: Readonly<Record<'sqlite' | 'pg' | 'mysql', readonly Case[]>> = {
  sqlite: [
    ...everywhere,
    ['the trigger of new rows', 'drop trigger "caruso_marks_insert tag"', [unnoticed]],
    ['the trigger of changed rows', 'drop trigger "caruso_marks_update tag"', [unchanged]],
    ['the index of the words', 'drop index caruso_rows_tag', [`${notWhole}the index caruso_rows_tag of its table caruso_words_tag is missing, so reading what was changed takes long`]],
  ],
  pg: [
    ...everywhere,
    ['the trigger of new and of removed rows', 'drop trigger "caruso_marks_insert tag" on tag', [unnoticed, unremoved]],
    ['the function', 'drop function caruso_marks_tag cascade', [unnoticed, unchanged, unremoved]],
    ['what its trigger does', 'alter table tag disable trigger "caruso_marks_update tag"', [`${notWhole}the trigger caruso_marks_update tag, which tells it of rows that are changed, is switched off, so searches miss what they say now`]],
  ],
  mysql: [
    ...everywhere,
    ['the trigger of new rows', 'drop trigger `caruso_marks_insert tag`', [unnoticed]],
    ['the trigger of removed rows', 'drop trigger `caruso_marks_delete tag`', [unremoved]],
  ],
}

describe.each(['sqlite', 'pg', 'mysql'] as const)('an index for searches on %s', (kind) => {
  describe.skipIf(kind === 'mysql' && inject('mysql') === undefined)('that', { timeout: 60_000 }, () => {
    test('has lost a part is told by drift, and made anew by apply', async () => {
      const { model, run, readMarks } = await crm(kind)
      const source = await model({ tag })
      await applyModel(source, false)
      await run(`insert into tag (id, name) values (1, 'Ola')`)
      for (const [what, sql, expected] of cases[kind]) {
        await readMarks()
        expect([what, await drift(source)]).toEqual([what, []])
        await run(sql)
        expect([what, await drift(source)]).toEqual([what, expected])
        expect((await applyModel(source, false)).changes).toEqual(mended)
        expect([what, await drift(source), await planned(source)]).toEqual([what, [], []])
      }
    })

    test('missed a row finds it once it is mended, and an undo leaves it whole', async () => {
      const { model, run, readMarks } = await crm(kind)
      const source = await model({ tag })
      await applyModel(source, false)
      await run(`insert into tag (id, name) values (1, 'Ola')`)
      await readMarks()
      await run(cases[kind].find(([what]) => what.startsWith('the trigger of new'))?.[1] ?? '')
      await run(`insert into tag (id, name) values (2, 'Ola')`)
      expect(await found(source, 'ola')).toEqual([1])
      await applyModel(source, false)
      expect(await found(source, 'ola')).toEqual([1, 2])
      await readMarks()
      expect(await found(source, 'ola')).toEqual([1, 2])
      expect((await undoModel(source)).changes).toEqual([])
      expect([await drift(source), await planned(source), await found(source, 'ola')]).toEqual([[], [], [1, 2]])
    })

    test('is left of one that nobody wants any more goes', async () => {
      const { model, run } = await crm(kind)
      await applyModel(await model({ tag }), false)
      await run('drop table caruso_words_tag')
      const without = await model({ tag: tag.replace('search: [name]\n', '') })
      expect((await applyModel(without, false)).changes).toEqual(['drop search index of "tag"'])
      const { tables, kept } = await without.state()
      expect([tables[0]?.triggers, [...kept]]).toEqual([undefined, ['caruso_model']])
    })
  })
})
